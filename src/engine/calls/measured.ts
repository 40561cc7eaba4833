import type { Clock } from "../../contracts/host.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Wrap } from "./run-call.js";

/** Counts single attempts and how long they take. */
export function withMeter(meter: CallMeter, clock: Clock): Wrap {
  return (next) => (parameters, context, receiver) => {
    const call = new MeasuredCall(receiver, meter, clock);
    call.inner = next(parameters, context, call);
    return call;
  };
}

class MeasuredCall implements Receiver, Cancellable {
  inner: Cancellable | undefined;
  private readonly receiver: Receiver;
  private readonly meter: CallMeter;
  private readonly clock: Clock;
  private readonly startedMs: number;
  private isOver = false;

  constructor(receiver: Receiver, meter: CallMeter, clock: Clock) {
    this.receiver = receiver;
    this.meter = meter;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  succeed(reply: SourceReply): void {
    this.end("ok");
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.end(error.code);
    this.receiver.fail(error);
  }

  cancel(): void {
    if (this.isOver) return;
    this.end("cancelled");
    this.inner?.cancel();
  }

  private end(result: string): void {
    this.isOver = true;
    this.meter.ended(result, this.clock.monotonicMs() - this.startedMs);
  }
}
