import type { Clock } from "../../../contracts/host.js";
import type { Cancellable } from "../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Secret } from "../../../schema/secret.js";
import type { Sender } from "../http-client.js";
import type { HttpReceiver } from "../http-exchange.js";
import type { HttpReply } from "../http-reply.js";
import type { ClientCredentials } from "./auth.js";
import { readToken, tokenRequest } from "./token-request.js";

export interface TokenReceiver {
  tokenReady(authorization: Secret): void;
  tokenFailed(error: OrchestratorError): void;
}

const maxTokenBytes = 1_048_576;
const longestRequestMs = 10_000;
/** The part of its life after which a token is renewed while it is still used. */
const freshPart = 0.8;
const renewalPauseMs = 5_000;

/**
 * The token of one set of credentials. However many wait, one request asks for it; who leaves early takes nothing
 * from the others. After four fifths of its life a token is renewed beside the calls that still use it.
 */
export class TokenStore implements HttpReceiver {
  private readonly sender: Sender;
  private readonly credentials: ClientCredentials;
  private readonly clock: Clock;
  private readonly waiting = new Set<TokenReceiver>();
  private token:
    { readonly authorization: Secret; readonly renewAtMs: number; readonly endsAtMs: number } | undefined;
  private asking: Cancellable | undefined;
  private stopTimer: (() => void) | undefined;

  constructor(sender: Sender, credentials: ClientCredentials, clock: Clock) {
    this.sender = sender;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** The token, where there is one that holds. */
  current(): Secret | undefined {
    const { token } = this;
    if (token === undefined) return undefined;
    const nowMs = this.clock.monotonicMs();
    if (nowMs >= token.endsAtMs) return undefined;
    if (nowMs >= token.renewAtMs) this.ask();
    return token.authorization;
  }

  /** Tells the receiver once, later than this returns, and not at all after `cancel`. */
  wait(receiver: TokenReceiver): Cancellable {
    this.waiting.add(receiver);
    this.ask();
    return { cancel: () => this.waiting.delete(receiver) };
  }

  /** A source refused this token: it is not used again. */
  refuse(authorization: Secret): void {
    if (this.token?.authorization === authorization) this.token = undefined;
  }

  close(): void {
    this.stop();
    this.tellFailure(failure("SOURCE_CANCELLED", {}, { wasSent: false }));
  }

  replied(reply: HttpReply): void {
    this.stop();
    try {
      const { authorization, lifetimeMs } = readToken(reply, this.clock.nowMs());
      const nowMs = this.clock.monotonicMs();
      this.token = { authorization, renewAtMs: nowMs + lifetimeMs * freshPart, endsAtMs: nowMs + lifetimeMs };
      this.tellAll((receiver) => receiver.tokenReady(authorization));
    } catch (error) {
      this.tellFailure(asOrchestratorError(error));
    }
  }

  failed({ problem, cause }: OrchestratorError): void {
    this.stop();
    this.tellFailure(new OrchestratorError({ ...problem, wasSent: false }, cause));
  }

  private ask(): void {
    if (this.asking !== undefined) return;
    this.asking = this.sender.send(tokenRequest(this.credentials), maxTokenBytes, this);
    this.stopTimer = this.clock.after(longestRequestMs, () => {
      this.stop();
      this.tellFailure(failure("SOURCE_TIMED_OUT", { afterMs: longestRequestMs }, { wasSent: false }));
    });
  }

  private stop(): void {
    this.stopTimer?.();
    this.asking?.cancel();
    this.asking = undefined;
    this.stopTimer = undefined;
  }

  private tellFailure(error: OrchestratorError): void {
    this.postponeRenewal();
    this.tellAll((receiver) => receiver.tokenFailed(error));
  }

  /** A token that still holds is not asked for again at every call. */
  private postponeRenewal(): void {
    if (this.token === undefined) return;
    this.token = { ...this.token, renewAtMs: this.clock.monotonicMs() + renewalPauseMs };
  }

  /** Those who wait by now; one of them may make another give up, who is then not told. */
  private tellAll(tell: (receiver: TokenReceiver) => void): void {
    for (const receiver of [...this.waiting]) if (this.waiting.delete(receiver)) tell(receiver);
  }
}
