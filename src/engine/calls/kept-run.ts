import type { CacheEntry, CacheStore } from "../../contracts/cache-store.js";
import type { Cancel, Clock } from "../../contracts/host.js";
import type { LookupMeter } from "../../contracts/meter.js";
import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { FlightContext, Flights, Told } from "./flights.js";

/** What is kept of something, and for how long. */
export interface KeepRules<Reply> {
  readonly tags: readonly string[];
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** How long an entry is as good as new. */
  freshMs(entry: CacheEntry): number;
  /** `undefined` where it is not to be kept. */
  entryOf(reply: Reply, nowMs: number): CacheEntry | undefined;
  replyOf(entry: CacheEntry, ageMs: number, isStale: boolean): Reply;
  /** Whether an old value may stand in for this failure. */
  isOutage(error: OrchestratorError): boolean;
}

export interface KeepTools<Reply, Context extends FlightContext> {
  readonly rules: KeepRules<Reply>;
  readonly store: CacheStore;
  readonly flights: Flights<Reply, Context>;
  readonly clock: Clock;
  readonly meter?: LookupMeter | undefined;
}

/** Fetches what is not there; `isWanted` is false where nobody waits for it. */
export type Fetch<Reply, Context> = (context: Context, told: Told<Reply>, isWanted: boolean) => Cancellable;

/** How long before a wait is given up a stale value that may stand for a failure is used. */
const staleMarginMs = 20;
const leastRefreshMs = 5_000;

/** Looks for what is kept under a key, and fetches it where it is not there, once for all who ask at that time. */
export class KeptRun<Reply, Context extends FlightContext> implements Told<Reply>, Cancellable {
  private readonly key: string;
  private readonly fetch: Fetch<Reply, Context>;
  private readonly context: Context;
  private readonly receiver: Told<Reply>;
  private readonly tools: KeepTools<Reply, Context>;
  private inner: Cancellable | undefined;
  private stopTimer: Cancel | undefined;
  /** What may stand for a failure. */
  private spare: { readonly reply: Reply } | undefined;
  private isCancelled = false;

  constructor(
    key: string,
    fetch: Fetch<Reply, Context>,
    context: Context,
    receiver: Told<Reply>,
    tools: KeepTools<Reply, Context>,
  ) {
    this.key = key;
    this.fetch = fetch;
    this.context = context;
    this.receiver = receiver;
    this.tools = tools;
  }

  begin(): this {
    this.tools.store.read(this.key, (entry) => {
      if (!this.isCancelled) this.look(entry);
    });
    return this;
  }

  succeed(reply: Reply): void {
    this.stopTimer?.();
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.stopTimer?.();
    if (this.spare !== undefined && this.tools.rules.isOutage(error)) this.receiver.succeed(this.spare.reply);
    else this.receiver.fail(error);
  }

  cancel(): void {
    this.isCancelled = true;
    this.stopTimer?.();
    this.inner?.cancel();
  }

  private look(entry: CacheEntry | undefined): void {
    const { rules, clock, meter } = this.tools;
    if (entry === undefined) {
      meter?.lookedUp("miss");
      return this.ask();
    }
    const ageMs = clock.nowMs() - entry.storedAtMs;
    const staleMs = ageMs - rules.freshMs(entry);
    meter?.lookedUp(staleMs < 0 ? "hit" : "stale");
    if (staleMs < 0) return this.answer(rules.replyOf(entry, ageMs, false));
    const stale = rules.replyOf(entry, ageMs, true);
    if (staleMs < rules.staleWhileRevalidateMs) {
      this.refresh();
      return this.answer(stale);
    }
    if (staleMs < rules.staleIfErrorMs) this.keepSpare(stale);
    this.ask();
  }

  /** Later than the run was begun, as every answer. */
  private answer(reply: Reply): void {
    queueMicrotask(() => {
      if (!this.isCancelled) this.receiver.succeed(reply);
    });
  }

  private ask(): void {
    this.inner = this.join(this.context, this, true);
  }

  /** A value that is asked for before a purge is not handed to those who ask after it. */
  private join(context: Context, receiver: Told<Reply>, isWanted: boolean): Cancellable {
    const { flights, store, rules } = this.tools;
    const stamp = store.stamp(rules.tags);
    return flights.join(`${this.key}@${stamp}`, context, receiver, (shared, told) =>
      this.fetch(shared, this.keeping(told, stamp), isWanted),
    );
  }

  private keeping(told: Told<Reply>, stamp: number): Told<Reply> {
    const { store, rules, clock } = this.tools;
    return {
      succeed: (reply) => {
        const entry = rules.entryOf(reply, clock.nowMs());
        if (entry !== undefined && entry.keepMs > 0) store.write(this.key, entry, stamp);
        told.succeed(reply);
      },
      fail: (error) => told.fail(error),
    };
  }

  /** Fetches a new value that nobody waits for. */
  private refresh(): void {
    const { flights, store, rules, clock } = this.tools;
    if (flights.has(`${this.key}@${store.stamp(rules.tags)}`)) return;
    const nowMs = clock.monotonicMs();
    const limitMs = Math.max(leastRefreshMs, this.context.deadlineMs - nowMs);
    const deadlineMs = nowMs + limitMs;
    const context = { ...this.context, deadlineMs, lateMs: deadlineMs, onAttempt: undefined };
    const stopTimer = clock.after(limitMs, () => run.cancel());
    const run = this.join(context, { succeed: stopTimer, fail: stopTimer }, false);
  }

  private keepSpare(reply: Reply): void {
    this.spare = { reply };
    const { clock } = this.tools;
    const waitMs = Math.max(0, this.context.lateMs - clock.monotonicMs() - staleMarginMs);
    this.stopTimer = clock.after(waitMs, () => {
      this.inner?.cancel();
      this.receiver.succeed(reply);
    });
  }
}
