import type { Clock } from "../../contracts/host.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { CallOutcome, CircuitBreaker } from "./circuit-breaker.js";
import { failLater, type EngineContext, type Wrap } from "./run-call.js";

/** Refuses calls while a breaker is open, and tells it how those it lets through went. */
export function withBreaker(breaker: CircuitBreaker, clock: Clock, meter?: CallMeter): Wrap {
  return (next) => (parameters, context, receiver) => {
    const told = breaker.enter();
    if (typeof told !== "function") {
      meter?.refused("breaker");
      return failLater(told, receiver);
    }
    const watched = new WatchedCall(receiver, told, context, clock);
    watched.inner = next(parameters, context, watched);
    return watched;
  };
}

class WatchedCall implements Receiver, Cancellable {
  inner: Cancellable | undefined;
  private readonly receiver: Receiver;
  private readonly told: (outcome: CallOutcome) => void;
  private readonly context: EngineContext;
  private readonly clock: Clock;
  private isOver = false;

  constructor(
    receiver: Receiver,
    told: (outcome: CallOutcome) => void,
    context: EngineContext,
    clock: Clock,
  ) {
    this.receiver = receiver;
    this.told = told;
    this.context = context;
    this.clock = clock;
  }

  succeed(reply: SourceReply): void {
    this.isOver = true;
    this.told(reply.streamed !== undefined && reply.streamed.status >= 500 ? "bad" : "good");
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.isOver = true;
    this.told(outcomeOf(error));
    this.receiver.fail(error);
  }

  /** Given up when its time was over, it is a call that got no answer; earlier, nobody knows. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.told(this.clock.monotonicMs() >= this.context.lateMs ? "bad" : "unknown");
    this.inner?.cancel();
  }
}

const noAnswer = new Set(["SOURCE_UNREACHABLE", "SOURCE_CONNECTION_LOST", "SOURCE_TIMED_OUT"]);
const neverAsked = new Set(["SOURCE_BUSY", "SOURCE_CANCELLED", "SOURCE_RESTING"]);

/** A status below 500 is the answer of a source that works. */
function outcomeOf({ problem: { code, upstreamStatus, wasSent } }: OrchestratorError): CallOutcome {
  if (noAnswer.has(code) || (upstreamStatus !== undefined && upstreamStatus >= 500)) return "bad";
  return wasSent === false || neverAsked.has(code) || code.startsWith("PARAMETER_") ? "unknown" : "good";
}
