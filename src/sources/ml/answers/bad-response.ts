import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";

/** A model's answer cannot be used. The reason is for the operator: it stays in the cause and reaches no caller. */
export function badResponse(reason: string, cause?: unknown): OrchestratorError {
  return failure("MODEL_BAD_RESPONSE", { reason }, { cause: new Error(reason, { cause }) });
}
