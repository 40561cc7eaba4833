import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";

/** What went wrong in a database, in a form that crosses threads. `message` is for the log, never for a caller. */
export interface SqlFault {
  readonly kind: SqlFaultKind;
  readonly message: string;
  /** Rows, for `too_many_rows`; milliseconds, for `timed_out`. */
  readonly limit?: number;
  /** False where it is certain that the statement did nothing. */
  readonly wasSent?: boolean;
}

export type SqlFaultKind =
  | "unreachable"
  | "lost"
  | "busy"
  | "cancelled"
  | "timed_out"
  | "constraint"
  | "conflict"
  | "read_only"
  | "too_many_rows"
  | "commit_unknown"
  | "failed";

/** A fault as a thrown error. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: SqlFault;

  constructor(fault: SqlFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** The fault inside a thrown error; what is no FaultError is a failed query. */
export function thrownFault(error: unknown): SqlFault {
  if (error instanceof FaultError) return error.fault;
  return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
}

export function tooManyRows(limit: number): SqlFault {
  return { kind: "too_many_rows", limit, message: `more than ${limit} ${limit === 1 ? "row" : "rows"}` };
}

/** The error that a caller gets for a fault. The fault's own words stay behind: they may name tables and files. */
export function faultError({ kind, limit = 0, message, wasSent }: SqlFault): OrchestratorError {
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
    case "timed_out":
      return failure("SOURCE_TIMED_OUT", { afterMs: limit }, extras);
    case "constraint":
      return failure("CONSTRAINT_VIOLATED", {}, extras);
    case "conflict":
      return failure("TRANSACTION_CONFLICT", {}, extras);
    case "read_only":
      return failure("QUERY_READ_ONLY", {}, extras);
    case "too_many_rows":
      return failure("TOO_MANY_ROWS", { limit }, extras);
    case "commit_unknown":
      return failure("COMMIT_OUTCOME_UNKNOWN", {}, extras);
    case "failed":
      return failure("QUERY_FAILED", {}, { ...extras, cause: new Error(message) });
  }
}
