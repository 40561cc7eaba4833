import type { HedgePolicy } from "../../config/policy-keys.js";
import type { Cancel, Clock } from "../../contracts/host.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ExtraCalls } from "./extra-calls.js";
import type { Latencies } from "./latencies.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** What the hedged calls of a source share. */
export interface HedgeState {
  readonly extra: ExtraCalls;
  readonly latencies: Latencies;
}

/** Asks a second time when the first answer is slow, and takes the one that comes first. For reads only. */
export function withHedge(policy: HedgePolicy, state: HedgeState, clock: Clock, meter?: CallMeter): Wrap {
  return (next) => (parameters, context, receiver) => {
    state.extra.countCall();
    const call = new HedgedCall(next, parameters, context, receiver, { policy, state, clock, meter });
    call.begin();
    return call;
  };
}

interface HedgeTools {
  readonly policy: HedgePolicy;
  readonly state: HedgeState;
  readonly clock: Clock;
  readonly meter: CallMeter | undefined;
}

class HedgedCall implements Cancellable {
  private readonly next: RunCall;
  private readonly parameters: JsonObject;
  private readonly context: EngineContext;
  private readonly receiver: Receiver;
  private readonly tools: HedgeTools;
  private readonly running = new Map<Receiver, Cancellable>();
  private readonly startedMs: number;
  private stopTimer: Cancel | undefined;

  constructor(
    next: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
    tools: HedgeTools,
  ) {
    this.next = next;
    this.parameters = parameters;
    this.context = context;
    this.receiver = receiver;
    this.tools = tools;
    this.startedMs = tools.clock.monotonicMs();
  }

  begin(): void {
    const { policy, state, clock } = this.tools;
    this.startOne();
    const afterMs = policy.after === "p95" ? state.latencies.p95() : policy.after;
    if (afterMs !== undefined) this.stopTimer = clock.after(afterMs, () => this.startSecond());
  }

  cancel(): void {
    this.stopTimer?.();
    for (const call of this.running.values()) call.cancel();
    this.running.clear();
  }

  private startSecond(): void {
    this.stopTimer = undefined;
    if (!this.tools.state.extra.take(this.tools.policy.budget)) return;
    this.tools.meter?.hedged();
    this.startOne();
  }

  private startOne(): void {
    const one: Receiver = {
      succeed: (reply) => this.succeed(one, reply),
      fail: (error) => this.fail(one, error),
    };
    this.running.set(one, this.next(this.parameters, this.context, one));
  }

  /** The time of the whole is what is learned: of a first call that lost, it is the least that it would have taken. */
  private succeed(one: Receiver, reply: SourceReply): void {
    this.running.delete(one);
    this.cancel();
    this.tools.state.latencies.record(this.tools.clock.monotonicMs() - this.startedMs);
    this.receiver.succeed(reply);
  }

  /** While another call runs, there is hope. A failure before the second call is one for `retry`. */
  private fail(one: Receiver, error: OrchestratorError): void {
    this.running.delete(one);
    if (this.running.size > 0) return;
    this.stopTimer?.();
    this.receiver.fail(error);
  }
}
