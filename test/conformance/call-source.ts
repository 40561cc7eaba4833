import type {
  CallContext,
  Cancellable,
  Prepared,
  Receiver,
  Source,
  SourceReply,
} from "../../src/contracts/source.js";
import type { JsonObject } from "../../src/expression/value.js";
import type { OrchestratorError } from "../../src/problems/orchestrator-error.js";

/** One call as a test writes it: a prepared operation and what a step passes to it. */
export interface FixtureCall {
  readonly call: Prepared;
  readonly parameters: JsonObject;
}

/** A context without surroundings whose deadline is `forMs` milliseconds from now. */
export function callContext(forMs = 10_000): CallContext {
  return {
    deadlineMs: performance.now() + forMs,
    surroundings: { nowMs: Date.now(), system: {}, env: {} },
  };
}

/** `start` as a promise, for tests that look at the answer alone. */
export function callSource(
  source: Source,
  { call, parameters }: FixtureCall,
  context: CallContext = callContext(),
): Promise<SourceReply> {
  return new Promise((resolve, reject) => {
    source.start(call, parameters, context, { succeed: resolve, fail: reject });
  });
}

/** What a receiver was told, in order, and whether `start` had returned by then. */
export interface WatchedCall extends Cancellable {
  readonly told: readonly Told[];
  readonly toldTooEarly: boolean;
  /** Resolves when the receiver is told for the first time. */
  readonly ended: Promise<Told>;
}

export type Told =
  | { readonly kind: "reply"; readonly reply: SourceReply }
  | { readonly kind: "error"; readonly error: OrchestratorError };

/** `start` with a receiver that writes down everything it is told. */
export function watchCall(
  source: Source,
  { call, parameters }: FixtureCall,
  context: CallContext = callContext(),
): WatchedCall {
  const told: Told[] = [];
  let hasReturned = false;
  let toldTooEarly = false;
  let end: (first: Told) => void = () => undefined;
  const ended = new Promise<Told>((resolve) => (end = resolve));
  const note = (each: Told) => {
    toldTooEarly ||= !hasReturned;
    told.push(each);
    end(each);
  };
  const receiver: Receiver = {
    succeed: (reply) => note({ kind: "reply", reply }),
    fail: (error) => note({ kind: "error", error }),
  };
  const { cancel } = bound(source.start(call, parameters, context, receiver));
  hasReturned = true;
  return {
    told,
    ended,
    cancel,
    get toldTooEarly() {
      return toldTooEarly;
    },
  };
}

function bound(cancellable: Cancellable): Cancellable {
  return { cancel: () => cancellable.cancel() };
}
