import type { Cancellable } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Secret } from "../../../schema/secret.js";
import type { HttpRequest, Sender } from "../http-client.js";
import type { HttpReceiver } from "../http-exchange.js";
import type { HttpReply } from "../http-reply.js";
import type { TokenReceiver, TokenStore } from "./token-store.js";

/** Sends requests with a token, which is had first where there is none. */
export class TokenSender implements Sender {
  private readonly next: Sender;
  private readonly store: TokenStore;

  constructor(next: Sender, store: TokenStore) {
    this.next = next;
    this.store = store;
  }

  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable {
    return new TokenExchange(this.next, this.store, request, maxBytes, receiver).begin();
  }
}

/** One request that waits for a token, and goes once more with a new one where the first is refused with 401. */
class TokenExchange implements HttpReceiver, TokenReceiver, Cancellable {
  private readonly next: Sender;
  private readonly store: TokenStore;
  private readonly request: HttpRequest;
  private readonly maxBytes: number;
  private readonly receiver: HttpReceiver;
  private current: Cancellable | undefined;
  private used: Secret | undefined;
  private isRepeated = false;

  constructor(
    next: Sender,
    store: TokenStore,
    request: HttpRequest,
    maxBytes: number,
    receiver: HttpReceiver,
  ) {
    this.next = next;
    this.store = store;
    this.request = request;
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  begin(): this {
    const token = this.store.current();
    if (token === undefined) this.current = this.store.wait(this);
    else this.tokenReady(token);
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  tokenReady(authorization: Secret): void {
    this.used = authorization;
    const headers = [...this.request.headers, "Authorization", authorization.reveal()];
    this.current = this.next.send({ ...this.request, headers }, this.maxBytes, this);
  }

  tokenFailed(error: OrchestratorError): void {
    this.receiver.failed(error);
  }

  replied(reply: HttpReply): void {
    if (reply.status !== 401 || this.isRepeated) return this.receiver.replied(reply);
    this.isRepeated = true;
    this.store.refuse(this.used!);
    this.begin();
  }

  failed(error: OrchestratorError): void {
    this.receiver.failed(error);
  }
}
