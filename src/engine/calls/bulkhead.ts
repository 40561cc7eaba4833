import type { BulkheadPolicy } from "../../config/policy-keys.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { failLater, type EngineContext, type RunCall, type Wrap } from "./run-call.js";

/** So many calls of a source at a time; a bounded number of others waits, in order. One for each opened source. */
export class Bulkhead {
  private readonly policy: BulkheadPolicy;
  /** A set keeps its order, and lets one leave from the middle. */
  private readonly queue = new Set<GuardedCall>();
  private running = 0;

  constructor(policy: BulkheadPolicy) {
    this.policy = policy;
  }

  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.running, waiting: this.queue.size };
  }

  get isFull(): boolean {
    return this.running >= this.policy.maxConcurrency && this.queue.size >= this.policy.maxQueue;
  }

  enter(call: GuardedCall): void {
    if (this.running >= this.policy.maxConcurrency) return void this.queue.add(call);
    this.running += 1;
    call.begin();
  }

  /** A call that waited is given up. */
  leaveQueue(call: GuardedCall): void {
    this.queue.delete(call);
  }

  /** A call that ran is over: its place goes to the one that waits longest. */
  leave(): void {
    const [next] = this.queue;
    if (next === undefined) return void (this.running -= 1);
    this.queue.delete(next);
    next.begin();
  }
}

const retryAfterMs = 1_000;

/** Holds calls to a bulkhead. Whoever waits is given up by its own deadline or its caller, as a call is. */
export function withBulkhead(bulkhead: Bulkhead, meter?: CallMeter): Wrap {
  return (next) => (parameters, context, receiver) => {
    if (bulkhead.isFull) {
      meter?.refused("bulkhead");
      return failLater(failure("SOURCE_BUSY", {}, { wasSent: false, retryAfterMs }), receiver);
    }
    const call = new GuardedCall(bulkhead, next, parameters, context, receiver);
    bulkhead.enter(call);
    return call;
  };
}

class GuardedCall implements Receiver, Cancellable {
  private readonly bulkhead: Bulkhead;
  private readonly next: RunCall;
  private readonly parameters: JsonObject;
  private readonly context: EngineContext;
  private readonly receiver: Receiver;
  private inner: Cancellable | undefined;
  private isOver = false;

  constructor(
    bulkhead: Bulkhead,
    next: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
  ) {
    this.bulkhead = bulkhead;
    this.next = next;
    this.parameters = parameters;
    this.context = context;
    this.receiver = receiver;
  }

  begin(): void {
    this.inner = this.next(this.parameters, this.context, this);
  }

  /** A body that passes as it comes keeps its place until it has. */
  succeed(reply: SourceReply): void {
    this.isOver = true;
    if (reply.streamed === undefined) this.bulkhead.leave();
    else reply.streamed.body.once("close", () => this.bulkhead.leave());
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    this.isOver = true;
    this.bulkhead.leave();
    this.receiver.fail(error);
  }

  /** Also a call that is over may be cancelled: its place is another's by then. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.inner === undefined) return this.bulkhead.leaveQueue(this);
    this.inner.cancel();
    this.bulkhead.leave();
  }
}
