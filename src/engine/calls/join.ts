import type { Cancellable, Prepared, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** Equal reads of one execution, made once between two writes; a later one gets the answer that is there already. */
export class JoinTable {
  private readonly calls = new Map<Prepared, Map<string, JoinedCall>>();

  /** After a write, what was read before it may have changed. */
  forget(): void {
    this.calls.clear();
  }

  of(call: Prepared): Map<string, JoinedCall> {
    const known = this.calls.get(call);
    if (known !== undefined) return known;
    const made = new Map<string, JoinedCall>();
    this.calls.set(call, made);
    return made;
  }
}

/** Joins equal calls of the same operation within one execution. */
export function withJoin(call: Prepared): Wrap {
  return (next) => (parameters, context, receiver) => {
    const calls = context.joins.of(call);
    const key = JSON.stringify(parameters);
    const known = calls.get(key);
    if (known !== undefined) return known.join(receiver);
    const made = new JoinedCall(() => calls.delete(key));
    calls.set(key, made);
    const waiter = made.join(receiver);
    made.start(next, parameters, context);
    return waiter;
  };
}

class JoinedCall implements Receiver {
  private readonly waiters = new Set<Receiver>();
  private readonly forget: () => void;
  private inner: Cancellable | undefined;
  private reply: SourceReply | undefined;
  private error: OrchestratorError | undefined;

  constructor(forget: () => void) {
    this.forget = forget;
  }

  start(next: RunCall, parameters: JsonObject, context: EngineContext): void {
    this.inner = next(parameters, context, this);
  }

  join(receiver: Receiver): Cancellable {
    this.waiters.add(receiver);
    if (this.reply !== undefined || this.error !== undefined) queueMicrotask(() => this.tell());
    return { cancel: () => this.leave(receiver) };
  }

  succeed(reply: SourceReply): void {
    this.reply = reply;
    this.tell();
  }

  fail(error: OrchestratorError): void {
    this.error = error;
    this.tell();
  }

  private tell(): void {
    const waiting = [...this.waiters];
    this.waiters.clear();
    for (const receiver of waiting) {
      if (this.error !== undefined) receiver.fail(this.error);
      else receiver.succeed(this.reply!);
    }
  }

  /** When nobody waits any more, the call itself is given up. */
  private leave(receiver: Receiver): void {
    this.waiters.delete(receiver);
    if (this.waiters.size > 0 || this.reply !== undefined || this.error !== undefined) return;
    this.forget();
    this.inner?.cancel();
  }
}
