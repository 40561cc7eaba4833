import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";

/** The answer is longer than its limit, in bytes. */
export function replyTooLarge(maxBytes: number): OrchestratorError {
  return failure("SOURCE_REPLY_TOO_LARGE", { limit: sizeWords(maxBytes) });
}

function sizeWords(bytes: number): string {
  if (bytes >= 1_048_576 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576}mb`;
  if (bytes >= 1_024 && bytes % 1_024 === 0) return `${bytes / 1_024}kb`;
  return `${bytes} bytes`;
}
