import type { SqlFault, SqlFaultKind } from "../sql/sql-fault.js";

/** What an error of the server, or of the connection to it, means while a statement runs. */
export function postgresFault(error: unknown, budgetMs = 0): SqlFault {
  const { code, message } = error as { code?: string; message?: string };
  const kind = code === undefined || !/^[0-9A-Z]{5}$/.test(code) ? "lost" : kindOf(code);
  return {
    kind,
    message: message ?? String(error),
    ...(kind === "timed_out" ? { limit: Math.round(budgetMs) } : {}),
  };
}

/** What a failed attempt to connect means. */
export function connectFault(error: unknown): SqlFault {
  const { code, message } = error as { code?: string; message?: string };
  const kind = code === "53300" ? "busy" : "unreachable";
  return {
    kind,
    message: message === undefined || message === "" ? String(code ?? error) : message,
    wasSent: false,
  };
}

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function kindOf(code: string): SqlFaultKind {
  return kinds[code] ?? kinds[code.slice(0, 2)] ?? "failed";
}

const kinds: Readonly<Record<string, SqlFaultKind>> = {
  "08": "lost",
  "23": "constraint",
  "25006": "read_only",
  "40001": "conflict",
  "40P01": "conflict",
  "55P03": "conflict",
  "57014": "timed_out",
  "57P01": "lost",
  "57P02": "lost",
  "57P03": "lost",
  P0001: "constraint",
};
