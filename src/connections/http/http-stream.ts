import type { IncomingHttpHeaders } from "node:http";
import { errors, type Dispatcher } from "undici";
import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { HttpRequest } from "./http-client.js";
import { networkFailure } from "./network-failure.js";

/** An answer whose body is still to come. Whoever takes it must read or destroy it. */
export interface HttpStreamReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: NodeJS.ReadableStream;
  /** It is a 401 to a token that was had for it, which is not used again. */
  readonly isTokenRefused?: boolean | undefined;
}

/** Told once. What goes wrong after `opened` breaks the body off. */
export interface HttpStreamReceiver {
  opened(reply: HttpStreamReply): void;
  failed(error: OrchestratorError): void;
}

export interface HttpStreamRequest extends Omit<HttpRequest, "body"> {
  readonly body: string | Buffer | NodeJS.ReadableStream | null;
}

/** Sends a request whose bodies pass as they come, each no faster than it is taken. */
export function openStream(
  dispatcher: Dispatcher,
  request: HttpStreamRequest,
  idleTimeoutMs: number,
  receiver: HttpStreamReceiver,
): Cancellable {
  const controller = new AbortController();
  const { signal } = controller;
  const options = { ...request, signal, bodyTimeout: idleTimeoutMs } as Dispatcher.RequestOptions;
  dispatcher.request(options).then(
    ({ statusCode: status, headers, body }) => {
      // A break is told to whoever reads; without a reader it must not end the process.
      body.on("error", () => undefined);
      if (!signal.aborted) receiver.opened({ status, headers, body });
    },
    (error: Error) => {
      if (!signal.aborted) receiver.failed(networkFailure(error, wasConnected(error)));
    },
  );
  return { cancel: () => controller.abort() };
}

/** What can only go wrong on a connection, so that something may have reached the other side. */
const ofConnections = new Set([
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_OVERFLOW",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

function wasConnected(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof errors.HTTPParserError || ofConnections.has(String(code));
}
