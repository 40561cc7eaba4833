import type { Cancel, Clock } from "../../contracts/host.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Agree } from "./agreement.js";
import { JoinTable } from "./join.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** What became of the copies that a shadow got. */
export interface ShadowCounts {
  sent: number;
  /** More than `mostAtATime` were under way, so no copy was sent. */
  dropped: number;
  failed: number;
  timedOut: number;
  agreed: number;
  differed: number;
  /** The shadow answered, but the arm did not. */
  uncompared: number;
}

const mostAtATime = 32;

/** An operation that gets copies of calls, bound to its source. Nothing that it does reaches who made the call. */
export class Shadow {
  readonly counts: ShadowCounts;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly agree: Agree;
  private readonly call: RunCall;
  private readonly percent: number;
  private running = 0;

  constructor(
    call: RunCall,
    counts: ShadowCounts,
    rule: { readonly percent: number; readonly timeoutMs: number; readonly agree: Agree },
    clock: Clock,
  ) {
    this.call = call;
    this.counts = counts;
    this.percent = rule.percent;
    this.timeoutMs = rule.timeoutMs;
    this.agree = rule.agree;
    this.clock = clock;
  }

  /** A copy of one call, on its way; `undefined` where this call is not copied. */
  copy(parameters: JsonObject, context: EngineContext): ShadowRun | undefined {
    if (Math.random() * 100 >= this.percent) return undefined;
    if (this.running >= mostAtATime) return void (this.counts.dropped += 1);
    this.running += 1;
    this.counts.sent += 1;
    return new ShadowRun(this, parameters, context);
  }

  send(parameters: JsonObject, context: EngineContext, receiver: Receiver): Cancellable {
    return this.call(parameters, context, receiver);
  }

  over(): void {
    this.running -= 1;
  }
}

/** One copy. It starts when what is happening now is done, and lives until its answer or its own deadline. */
class ShadowRun implements Receiver {
  private readonly shadow: Shadow;
  private inner: Cancellable | undefined;
  private readonly stopTimer: Cancel;
  private isOver = false;
  /** Whether the arm has ended, and with which value. */
  private arm: { readonly value: JsonValue | undefined } | undefined;
  private answer: { readonly value: JsonValue } | undefined;

  constructor(shadow: Shadow, parameters: JsonObject, context: EngineContext) {
    this.shadow = shadow;
    const { clock, timeoutMs } = shadow;
    this.stopTimer = clock.after(timeoutMs, () => this.timeOut());
    clock.after(0, () => this.start(parameters, context));
  }

  succeed({ value }: SourceReply): void {
    if (!this.end()) return;
    this.answer = { value };
    this.compare();
  }

  fail(): void {
    if (this.end()) this.shadow.counts.failed += 1;
  }

  /** The call of which this is a copy has ended. */
  armEnded(value: JsonValue | undefined): void {
    this.arm = { value };
    this.compare();
  }

  private start(parameters: JsonObject, context: EngineContext): void {
    if (this.isOver) return;
    const deadlineMs = this.shadow.clock.monotonicMs() + this.shadow.timeoutMs;
    const own = { ...context, deadlineMs, lateMs: deadlineMs, joins: new JoinTable(), onAttempt: undefined };
    this.inner = this.shadow.send(parameters, own, this);
  }

  private timeOut(): void {
    if (!this.end()) return;
    this.shadow.counts.timedOut += 1;
    this.inner?.cancel();
  }

  private end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.stopTimer();
    this.shadow.over();
    return true;
  }

  private compare(): void {
    if (this.arm === undefined || this.answer === undefined) return;
    const { counts, agree } = this.shadow;
    if (this.arm.value === undefined) counts.uncompared += 1;
    else if (agree(this.arm.value, this.answer.value)) counts.agreed += 1;
    else counts.differed += 1;
  }
}

/** Sends copies of a call to shadows, after the call itself has been sent. */
export function withShadows(shadows: readonly Shadow[]): Wrap {
  return (next) => (parameters, context, receiver) => {
    const watched = new WatchedCall(receiver);
    watched.inner = next(parameters, context, watched);
    for (const shadow of shadows) {
      const copy = shadow.copy(parameters, context);
      if (copy !== undefined) watched.copies.push(copy);
    }
    return watched;
  };
}

/** A call that tells its copies how it ended, after the one who waits for it. */
class WatchedCall implements Receiver, Cancellable {
  readonly copies: ShadowRun[] = [];
  inner: Cancellable | undefined;
  private readonly receiver: Receiver;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
  }

  succeed(reply: SourceReply): void {
    this.receiver.succeed(reply);
    this.tell(reply.value);
  }

  fail(error: OrchestratorError): void {
    this.receiver.fail(error);
    this.tell(undefined);
  }

  cancel(): void {
    this.inner?.cancel();
    this.tell(undefined);
  }

  private tell(value: JsonValue | undefined): void {
    for (const copy of this.copies) copy.armEnded(value);
  }
}
