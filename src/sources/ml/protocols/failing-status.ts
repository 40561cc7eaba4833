import type { HttpReply } from "../../../connections/http/http-reply.js";
import { retryAfterMs } from "../../../connections/http/retry-after.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";

/** What the status of a failing answer means, where its protocol knows nothing better. `words` are for the log. */
export function failingStatus(reply: HttpReply, words: string, nowMs: number): OrchestratorError {
  const { status } = reply;
  const extras = { upstreamStatus: status, cause: new Error(words) };
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return failure("MODEL_BAD_REQUEST", { status }, extras);
    case 401:
    case 403:
      return failure("MODEL_UNAUTHORIZED", {}, extras);
    case 404:
      return failure("MODEL_NOT_FOUND", {}, extras);
    case 408:
    case 504:
      return failure("MODEL_TIMED_OUT", {}, extras);
    case 429:
    case 503: {
      const waitMs = retryAfterMs(reply.header("retry-after"), nowMs);
      const isBusy = status === 429 || waitMs !== undefined;
      const rest = { ...extras, retryAfterMs: waitMs };
      return isBusy ? failure("MODEL_OVERLOADED", {}, rest) : failure("MODEL_NOT_READY", {}, rest);
    }
    case 501:
      return failure("MODEL_UNSUPPORTED", {}, extras);
    default:
      return failure("MODEL_FAILED", { status }, extras);
  }
}
