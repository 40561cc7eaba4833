import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { AuthorizedCall } from "./auth/authorized-call.js";
import type { TokenStore } from "./auth/token-store.js";
import type { HttpClient } from "./http-client.js";
import type { HttpStreamReceiver, HttpStreamReply, HttpStreamRequest } from "./http-stream.js";

/** One request whose bodies pass as they come, so that it is sent once, whatever becomes of its token. */
export class AuthorizedStream extends AuthorizedCall<HttpStreamRequest> implements HttpStreamReceiver {
  private readonly client: HttpClient;
  private readonly idleTimeoutMs: number;
  private readonly receiver: HttpStreamReceiver;

  constructor(
    client: HttpClient,
    tokens: TokenStore,
    request: HttpStreamRequest,
    idleTimeoutMs: number,
    receiver: HttpStreamReceiver,
  ) {
    super(tokens, request);
    this.client = client;
    this.idleTimeoutMs = idleTimeoutMs;
    this.receiver = receiver;
  }

  opened(reply: HttpStreamReply): void {
    const isRefused = reply.status === 401;
    if (isRefused) this.refuseToken();
    this.receiver.opened(isRefused ? { ...reply, isTokenRefused: true } : reply);
  }

  failed(error: OrchestratorError): void {
    this.receiver.failed(error);
  }

  protected send(request: HttpStreamRequest): Cancellable {
    return this.client.stream(request, this.idleTimeoutMs, this);
  }
}
