import type { CachePolicy } from "../config/cache-keys.js";
import type { CacheEntry, CacheStore } from "../contracts/cache-store.js";
import type { Cancel, Clock } from "../contracts/host.js";
import type { CallMeter } from "../contracts/meter.js";
import type { Cancellable, Receiver, SourceReply } from "../contracts/source.js";
import type { JsonObject } from "../expression/value.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";
import type { CallKey } from "./call-key.js";
import type { Flights } from "./flights.js";
import { freshMs, keptReply, replyOf } from "./kept-reply.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** What keeping needs beside the policy. */
export interface CacheTools {
  readonly policy: CachePolicy;
  readonly keyOf: CallKey;
  readonly store: CacheStore;
  readonly flights: Flights;
  readonly clock: Clock;
  readonly meter?: CallMeter | undefined;
}

/** Keeps the values of reads, and joins equal calls in flight. Failures and fallbacks are never kept. */
export function withCache(tools: CacheTools): Wrap {
  return (next) => (parameters, context, receiver) => {
    const call = new CachedCall(next, parameters, context, receiver, tools);
    call.begin();
    return call;
  };
}

/** How long before a wait is given up a stale value that may stand for a failure is used. */
const staleMarginMs = 20;
const leastRefreshMs = 5_000;

class CachedCall implements Receiver, Cancellable {
  private readonly next: RunCall;
  private readonly parameters: JsonObject;
  private readonly context: EngineContext;
  private readonly receiver: Receiver;
  private readonly tools: CacheTools;
  private readonly key: string;
  private inner: Cancellable | undefined;
  private stopTimer: Cancel | undefined;
  /** What may stand for a failure. */
  private spare: SourceReply | undefined;
  private isCancelled = false;

  constructor(
    next: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
    tools: CacheTools,
  ) {
    this.next = next;
    this.parameters = parameters;
    this.context = context;
    this.receiver = receiver;
    this.tools = tools;
    this.key = tools.keyOf(parameters, context);
  }

  begin(): void {
    this.tools.store.read(this.key, (entry) => {
      if (!this.isCancelled) this.look(entry);
    });
  }

  succeed(reply: SourceReply): void {
    this.stopTimer?.();
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.stopTimer?.();
    if (this.spare !== undefined && isOutage(error)) this.receiver.succeed(this.spare);
    else this.receiver.fail(error);
  }

  cancel(): void {
    this.isCancelled = true;
    this.stopTimer?.();
    this.inner?.cancel();
  }

  private look(entry: CacheEntry | undefined): void {
    const { policy, clock, meter } = this.tools;
    if (entry === undefined) {
      meter?.lookedUp("miss");
      return this.ask();
    }
    const ageMs = clock.nowMs() - entry.storedAtMs;
    const staleMs = ageMs - freshMs(entry.content, policy);
    meter?.lookedUp(staleMs < 0 ? "hit" : "stale");
    if (staleMs < 0) return this.answer(replyOf(entry, ageMs, false));
    const stale = replyOf(entry, ageMs, true);
    if (staleMs < policy.staleWhileRevalidateMs) {
      this.refresh();
      return this.answer(stale);
    }
    if (staleMs < policy.staleIfErrorMs) this.keepSpare(stale);
    this.ask();
  }

  /** Later than the call was begun, as every answer. */
  private answer(reply: SourceReply): void {
    queueMicrotask(() => {
      if (!this.isCancelled) this.receiver.succeed(reply);
    });
  }

  private ask(): void {
    this.inner = this.join(this.context, this);
  }

  /** A value that is asked for before a purge is not handed to those who ask after it. */
  private join(context: EngineContext, receiver: Receiver): Cancellable {
    const { flights, store, policy } = this.tools;
    const stamp = store.stamp(policy.tags);
    return flights.join(`${this.key}@${stamp}`, context, receiver, (shared, told) =>
      this.next(this.parameters, shared, this.keeping(told, stamp)),
    );
  }

  private keeping(told: Receiver, stamp: number): Receiver {
    const { store, policy, clock } = this.tools;
    return {
      succeed: (reply) => {
        if (reply.isFallback !== true) {
          const entry = keptReply(reply, policy, clock.nowMs());
          if (entry.keepMs > 0) store.write(this.key, entry, stamp);
        }
        told.succeed(reply);
      },
      fail: (error) => told.fail(error),
    };
  }

  /** Fetches a new value that nobody waits for. */
  private refresh(): void {
    const { flights, store, policy, clock } = this.tools;
    if (flights.has(`${this.key}@${store.stamp(policy.tags)}`)) return;
    const nowMs = clock.monotonicMs();
    const limitMs = Math.max(leastRefreshMs, this.context.deadlineMs - nowMs);
    const deadlineMs = nowMs + limitMs;
    const context = { ...this.context, deadlineMs, lateMs: deadlineMs, onAttempt: undefined };
    const stopTimer = clock.after(limitMs, () => call.cancel());
    const call = this.join(context, { succeed: stopTimer, fail: stopTimer });
  }

  private keepSpare(spare: SourceReply): void {
    this.spare = spare;
    const { clock } = this.tools;
    const waitMs = Math.max(0, this.context.lateMs - clock.monotonicMs() - staleMarginMs);
    this.stopTimer = clock.after(waitMs, () => {
      this.inner?.cancel();
      this.receiver.succeed(spare);
    });
  }
}

/** The source could not answer; that it would not, because of what it was asked, is an answer. */
function isOutage({ problem: { code, upstreamStatus } }: OrchestratorError): boolean {
  if (code.startsWith("PARAMETER_")) return false;
  return upstreamStatus === undefined || upstreamStatus >= 500 || upstreamStatus === 429;
}
