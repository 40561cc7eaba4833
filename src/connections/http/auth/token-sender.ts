import type { Cancellable } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { HttpRequest, Sender } from "../http-client.js";
import type { HttpReceiver } from "../http-exchange.js";
import type { HttpReply } from "../http-reply.js";
import { AuthorizedCall } from "./authorized-call.js";
import type { TokenStore } from "./token-store.js";

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

/** Goes once more with a new token where the first is refused with 401. */
class TokenExchange extends AuthorizedCall<HttpRequest> implements HttpReceiver {
  private readonly next: Sender;
  private readonly maxBytes: number;
  private readonly receiver: HttpReceiver;
  private isRepeated = false;

  constructor(
    next: Sender,
    store: TokenStore,
    request: HttpRequest,
    maxBytes: number,
    receiver: HttpReceiver,
  ) {
    super(store, request);
    this.next = next;
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  replied(reply: HttpReply): void {
    if (reply.status !== 401 || this.isRepeated) return this.receiver.replied(reply);
    this.isRepeated = true;
    this.refuseToken();
    this.begin();
  }

  failed(error: OrchestratorError): void {
    this.receiver.failed(error);
  }

  protected send(request: HttpRequest): Cancellable {
    return this.next.send(request, this.maxBytes, this);
  }
}
