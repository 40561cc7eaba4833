import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { SqliteFault, SqliteFaultKind } from "./protocol.js";

/** A fault as a thrown error, inside the thread. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: SqliteFault;

  constructor(fault: SqliteFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** What an error of the driver means. */
export function faultOf(error: unknown): SqliteFault {
  if (error instanceof FaultError) return error.fault;
  const { errcode, message } = error as { errcode?: number; message?: string };
  const kind = kinds[(errcode ?? 0) & 0xff] ?? kindByWords(message ?? "");
  return { kind, message: message ?? String(error), ...(kind === "busy" ? { wasSent: false } : {}) };
}

/** By SQLite's primary result code: https://sqlite.org/rescode.html */
const kinds: Readonly<Record<number, SqliteFaultKind>> = {
  5: "busy",
  6: "busy",
  8: "read_only",
  10: "unreachable",
  11: "unreachable",
  14: "unreachable",
  19: "constraint",
  26: "unreachable",
};

/** The substitute driver leaves the code out of some errors; SQLite's words for them are as fixed as the codes. */
function kindByWords(message: string): SqliteFaultKind {
  return words.find(([form]) => form.test(message))?.[1] ?? "failed";
}

const words: readonly (readonly [RegExp, SqliteFaultKind])[] = [
  [/constraint failed|^cannot store \w+ value in/, "constraint"],
  [/attempt to write a readonly database/, "read_only"],
  [/is locked$/, "busy"],
  [/not a database|disk image is malformed|disk I\/O error|unable to open database file/, "unreachable"],
];

/** The error that a caller gets for a fault. The fault's own words stay behind: they may name tables and files. */
export function faultError({ kind, limit, message, wasSent }: SqliteFault): OrchestratorError {
  const extras = wasSent === undefined ? {} : { wasSent };
  switch (kind) {
    case "unreachable":
      return failure("SOURCE_UNREACHABLE", {}, extras);
    case "lost":
      return failure("SOURCE_CONNECTION_LOST", {}, extras);
    case "busy":
      return failure("SOURCE_BUSY", {}, extras);
    case "cancelled":
      return failure("SOURCE_CANCELLED", {}, extras);
    case "constraint":
      return failure("CONSTRAINT_VIOLATED", {}, extras);
    case "read_only":
      return failure("QUERY_READ_ONLY", {}, extras);
    case "too_many_rows":
      return failure("TOO_MANY_ROWS", { limit: limit ?? 0 }, extras);
    case "failed":
      return failure("QUERY_FAILED", {}, { ...extras, cause: new Error(message) });
  }
}
