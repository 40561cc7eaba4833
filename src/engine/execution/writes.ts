import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Leaving } from "./execution-input.js";

/** Nobody knows what became of the writes. */
const unknownEnds: ReadonlySet<string> = new Set(["WRITE_OUTCOME_UNKNOWN", "COMMIT_OUTCOME_UNKNOWN"]);

/** What one execution has written, as far as it cannot be undone any more. */
export class Writes {
  /** Something was written that stays, or what follows is to be done in any case: the caller cannot call it off. */
  isPastRecall = false;
  isCommitting = false;
  private areLeft = false;

  /** A write begins that no transaction undoes. */
  begin(): void {
    this.isPastRecall = true;
    this.areLeft = true;
  }

  commit(): void {
    this.isPastRecall = true;
    this.isCommitting = true;
  }

  committed(): void {
    this.isCommitting = false;
    this.areLeft = true;
  }

  /** What an execution leaves behind that ends with an error, or with none. */
  leftBy(error: OrchestratorError | undefined): Leaving {
    if (error === undefined) return "written";
    if (unknownEnds.has(error.code)) return "unknown";
    if (!this.areLeft) return "nothing";
    return error.code === "ENDPOINT_TIMED_OUT" ? "unknown" : "written";
  }
}
