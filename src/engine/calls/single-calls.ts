import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext, RunCall } from "./run-call.js";

/** One call that takes part in a batch, and how it is made by itself. */
export interface BatchedCall {
  readonly parameters: JsonObject;
  readonly context: EngineContext;
  readonly receiver: Receiver;
  readonly run: RunCall;
}

const mostAtOnce = 16;

/** Calls that are made by themselves after all, so many at a time. */
export class SingleCalls {
  private readonly waiting = new Set<SingleCall>();
  private running = 0;

  start(call: BatchedCall): Cancellable {
    const single = new SingleCall(call, () => this.ended());
    this.waiting.add(single);
    this.fill();
    return {
      cancel: () => {
        if (!this.waiting.delete(single)) single.cancel();
      },
    };
  }

  private ended(): void {
    this.running -= 1;
    this.fill();
  }

  private fill(): void {
    for (const single of this.waiting) {
      if (this.running >= mostAtOnce) return;
      this.waiting.delete(single);
      this.running += 1;
      single.begin();
    }
  }
}

class SingleCall implements Receiver, Cancellable {
  private readonly call: BatchedCall;
  private readonly onEnd: () => void;
  private inner: Cancellable | undefined;
  private isOver = false;

  constructor(call: BatchedCall, onEnd: () => void) {
    this.call = call;
    this.onEnd = onEnd;
  }

  begin(): void {
    this.inner = this.call.run(this.call.parameters, this.call.context, this);
  }

  succeed(reply: SourceReply): void {
    this.end();
    this.call.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.end();
    this.call.receiver.fail(error);
  }

  cancel(): void {
    if (this.isOver) return;
    this.inner?.cancel();
    this.end();
  }

  private end(): void {
    this.isOver = true;
    this.onEnd();
  }
}
