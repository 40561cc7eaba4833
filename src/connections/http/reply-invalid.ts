import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";

/** The answer cannot be read. The reason is for the operator: it stays in the cause and reaches no caller. */
export function replyInvalid(reason: string, cause?: unknown): OrchestratorError {
  return failure("SOURCE_REPLY_INVALID", { reason }, { cause: new Error(reason, { cause }) });
}
