import type { Cancel, Clock } from "../../contracts/host.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** Gives a call up after a time: of one attempt, or of a step, depending on where it stands in the chain. */
export function withTimeLimit(limitMs: number, clock: Clock): Wrap {
  return (next) => (parameters, context, receiver) =>
    new LimitedCall(next, parameters, context, receiver, limitMs, clock);
}

class LimitedCall implements Receiver, Cancellable {
  private readonly receiver: Receiver;
  private readonly inner: Cancellable;
  private readonly stopTimer: Cancel;

  constructor(
    next: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
    limitMs: number,
    clock: Clock,
  ) {
    this.receiver = receiver;
    const deadlineMs = Math.min(context.deadlineMs, clock.monotonicMs() + limitMs);
    this.stopTimer = clock.after(limitMs, () => {
      this.inner.cancel();
      this.receiver.fail(failure("SOURCE_TIMED_OUT", { afterMs: limitMs }));
    });
    const lateMs = Math.min(context.lateMs, deadlineMs);
    this.inner = next(parameters, { ...context, deadlineMs, lateMs }, this);
  }

  succeed(reply: SourceReply): void {
    this.stopTimer();
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.stopTimer();
    this.receiver.fail(error);
  }

  cancel(): void {
    this.stopTimer();
    this.inner.cancel();
  }
}
