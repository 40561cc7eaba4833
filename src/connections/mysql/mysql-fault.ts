import type { SqlFault, SqlFaultKind } from "../sql/sql-fault.js";
import type { MysqlError } from "./mysql-protocol.js";

/** What an error of the server, or of the connection to it, means while a statement runs. */
export function mysqlFault(error: MysqlError, budgetMs = 0): SqlFault {
  const { errno, sqlState, message } = error;
  const kind = sqlState === undefined || errno === undefined ? "lost" : (kinds[errno] ?? "failed");
  return { kind, message, ...(kind === "timed_out" ? { limit: Math.round(budgetMs) } : {}) };
}

/** What a failed attempt to connect means. */
export function connectFault({ errno, message, code }: MysqlError): SqlFault {
  const kind = errno === 1040 || errno === 1203 ? "busy" : "unreachable";
  return { kind, message: message === "" ? String(code) : message, wasSent: false };
}

/** By the server's error number: https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const kinds: Readonly<Record<number, SqlFaultKind>> = {
  1020: "conflict",
  1048: "constraint",
  1053: "lost",
  1062: "constraint",
  1205: "conflict",
  1213: "conflict",
  1216: "constraint",
  1217: "constraint",
  1317: "timed_out",
  1364: "constraint",
  1451: "constraint",
  1452: "constraint",
  1557: "constraint",
  1586: "constraint",
  1644: "constraint",
  1792: "read_only",
  1927: "lost",
  1969: "timed_out",
  3024: "timed_out",
  3819: "constraint",
  4025: "constraint",
};
