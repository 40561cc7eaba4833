import { failure, type OrchestratorError } from "../../../../problems/orchestrator-error.js";

/** What a status of gRPC other than 0 means. `words` are for the log. */
export function grpcFailure(status: number, words: string): OrchestratorError {
  const cause = new Error(words === "" ? `gRPC status ${status}` : words.slice(0, 500));
  switch (status) {
    case 3:
      return failure("MODEL_BAD_REQUEST", {}, { cause });
    case 4:
      return failure("MODEL_TIMED_OUT", {}, { cause });
    case 5:
      return failure("MODEL_NOT_FOUND", {}, { cause });
    case 7:
    case 16:
      return failure("MODEL_UNAUTHORIZED", {}, { cause });
    case 8:
      return failure("MODEL_OVERLOADED", {}, { cause });
    case 12:
      return failure("MODEL_UNSUPPORTED", {}, { cause });
    case 14:
      return failure("MODEL_NOT_READY", {}, { cause });
    default:
      return failure("MODEL_FAILED", {}, { cause });
  }
}
