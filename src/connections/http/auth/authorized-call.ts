import type { Cancellable } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Secret } from "../../../schema/secret.js";
import type { TokenReceiver, TokenStore } from "./token-store.js";

/** A request on its way with a token, which is had first where there is none. */
export abstract class AuthorizedCall<Request extends { readonly headers: string[] }>
  implements TokenReceiver, Cancellable
{
  private readonly store: TokenStore;
  private readonly request: Request;
  private used: Secret | undefined;
  private current: Cancellable | undefined;

  constructor(store: TokenStore, request: Request) {
    this.store = store;
    this.request = request;
  }

  /** Can be called again, once the request was answered. */
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
    this.current = this.send({ ...this.request, headers });
  }

  tokenFailed(error: OrchestratorError): void {
    this.failed(error);
  }

  /** Neither a token nor an answer could be had. */
  abstract failed(error: OrchestratorError): void;

  /** Sends the request, with its credentials. */
  protected abstract send(request: Request): Cancellable;

  /** The other side refused the token that was sent: it is not used again. */
  protected refuseToken(): void {
    this.store.refuse(this.used!);
  }
}
