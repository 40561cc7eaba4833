import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Secret } from "../../schema/secret.js";
import type { TokenReceiver, TokenStore } from "./auth/token-store.js";
import type { HttpClient } from "./http-client.js";
import type { HttpStreamReceiver, HttpStreamReply, HttpStreamRequest } from "./http-stream.js";

/** One request whose bodies pass as they come, with a token, which is had first where there is none. Sent once. */
export class AuthorizedStream implements HttpStreamReceiver, TokenReceiver, Cancellable {
  private readonly client: HttpClient;
  private readonly tokens: TokenStore;
  private readonly request: HttpStreamRequest;
  private readonly idleTimeoutMs: number;
  private readonly receiver: HttpStreamReceiver;
  private used: Secret | undefined;
  private current: Cancellable | undefined;

  constructor(
    client: HttpClient,
    tokens: TokenStore,
    request: HttpStreamRequest,
    idleTimeoutMs: number,
    receiver: HttpStreamReceiver,
  ) {
    this.client = client;
    this.tokens = tokens;
    this.request = request;
    this.idleTimeoutMs = idleTimeoutMs;
    this.receiver = receiver;
  }

  begin(): this {
    const token = this.tokens.current();
    if (token === undefined) this.current = this.tokens.wait(this);
    else this.tokenReady(token);
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  tokenReady(authorization: Secret): void {
    this.used = authorization;
    const headers = [...this.request.headers, "Authorization", authorization.reveal()];
    this.current = this.client.stream({ ...this.request, headers }, this.idleTimeoutMs, this);
  }

  tokenFailed(error: OrchestratorError): void {
    this.failed(error);
  }

  opened(reply: HttpStreamReply): void {
    const isRefused = reply.status === 401;
    if (isRefused) this.tokens.refuse(this.used!);
    this.receiver.opened(isRefused ? { ...reply, isTokenRefused: true } : reply);
  }

  failed(error: OrchestratorError): void {
    this.receiver.failed(error);
  }
}
