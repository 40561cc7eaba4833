import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "../../observe/logger.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { rawProblem, rawText } from "../problems/raw-problem.js";

/**
 * Answers bytes that are no HTTP request, as far as the connection still can, and closes it. No reply is written into
 * one that has already begun.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, logger: Logger): void {
  logger.debug({ code: error.code }, "A connection was closed: its bytes are no request.");
  if (!socket.writable || error.code === "ECONNRESET" || hasBegunReply(socket)) {
    socket.destroy();
    return;
  }
  socket.end(rawText(rawProblem(asProblem(error)), "close"), () => socket.destroy());
}

/** Answers a request of HTTP/1.1 that names no host. */
export function refuseHostless(response: ServerResponse): void {
  const error = failure("REQUEST_MALFORMED", { reason: "it has no Host header" });
  const { status, headers, body } = rawProblem(error);
  response.writeHead(status, { ...headers, connection: "close" }).end(body);
}

function asProblem({ code }: NodeJS.ErrnoException): OrchestratorError {
  if (code === "HPE_HEADER_OVERFLOW") return failure("REQUEST_HEADERS_TOO_LARGE", {});
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return failure("REQUEST_TIMED_OUT", {});
  if (code === "HPE_INVALID_CONTENT_LENGTH")
    return failure("REQUEST_MALFORMED", { reason: "its Content-Length is wrong" });
  return failure("REQUEST_MALFORMED", { reason: "it is not well-formed HTTP" });
}

/** Node keeps the response that a connection is busy with here; it has no public name. */
function hasBegunReply(socket: Socket): boolean {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
}
