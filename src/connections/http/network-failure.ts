import { errors } from "undici";
import { OrchestratorError, failure } from "../../problems/orchestrator-error.js";

/**
 * The one place where errors of sockets and of undici become problems of the catalogue. `wasConnected` says whether
 * the request had a connection: without one it is certain that nothing was sent.
 */
export function networkFailure(error: Error, wasConnected: boolean): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const code = codeOf(error);
  const extras = wasConnected ? { cause: error } : { cause: error, wasSent: false };
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED")
    return failure("SOURCE_CANCELLED", {}, extras);
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED")
    return failure("SOURCE_FAULT", {}, extras);
  if (!wasConnected) return failure("SOURCE_UNREACHABLE", {}, extras);
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return failure("SOURCE_REPLY_TOO_LARGE", { limit: `${maxHeaderKilobytes}kb of headers` }, extras);
  }
  if (isMalformed(error)) return failure("SOURCE_REPLY_INVALID", { reason: error.message }, extras);
  return failure("SOURCE_CONNECTION_LOST", {}, extras);
}

/** How long the headers of an answer may be together. */
export const maxHeaderKilobytes = 64;

/**
 * llhttp's complaints come without their codes, so that only the words tell an end in the middle of an answer, which
 * is a lost connection, from a malformed one.
 */
function isMalformed(error: Error): boolean {
  return error instanceof errors.HTTPParserError && !error.message.includes("Invalid EOF state");
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}
