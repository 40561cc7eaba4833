import type { CallContext, Cancellable, Prepared, Receiver, Source, Upload } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import type { BatchTable } from "./batch.js";
import type { JoinTable } from "./join.js";
import type { TransactionRun } from "../execution/transaction-run.js";

/** What one execution lends to every call it makes. */
export interface EngineContext extends CallContext {
  /** A call that is given up from here on is one that got no answer in time, not one that nobody wanted. */
  readonly lateMs: number;
  /** The calls of this execution that equal ones join. */
  readonly joins: JoinTable;
  /** The calls of this execution that are about to be made as one. */
  readonly batches: BatchTable;
  /** Told of each attempt that reaches the source; only where someone listens. */
  readonly onAttempt: ((parameters: JsonObject) => void) | undefined;
  /** What the caller sends, where it passes as it comes. */
  readonly upload?: Upload | undefined;
  /** The transaction of this execution, where its endpoint has one. */
  readonly transaction: TransactionRun | undefined;
}

/** Makes a call. The one signature of all wrappers: the receiver is told once, later than this returns. */
export type RunCall = (parameters: JsonObject, context: EngineContext, receiver: Receiver) => Cancellable;

/** What a wrapper does to a call. */
export type Wrap = (next: RunCall) => RunCall;

/** The innermost of the chain: the source itself. */
export function callSource<Call extends Prepared>(source: Source<Call>, call: Call): RunCall {
  return (parameters, context, receiver) => {
    context.onAttempt?.(parameters);
    try {
      return source.start(call, parameters, context, receiver);
    } catch (error) {
      return failLater(error, receiver);
    }
  };
}

/** The innermost of the chain in a transaction. */
export function callInTransaction(call: Prepared): RunCall {
  return (parameters, context, receiver) => {
    context.onAttempt?.(parameters);
    return context.transaction!.current!.start(call, parameters, context, receiver);
  };
}

/** Makes a call when it is its turn in the transaction. */
export function takingTurns(hasSavepoint: boolean): Wrap {
  return (next) => (parameters, context, receiver) =>
    context.transaction!.enter(next, parameters, context, receiver, hasSavepoint);
}

/** Tells a receiver of a failure that was found before anything was started. */
export function failLater(error: unknown, receiver: Receiver): Cancellable {
  let isCancelled = false;
  queueMicrotask(() => {
    if (!isCancelled) receiver.fail(asOrchestratorError(error));
  });
  return {
    cancel() {
      isCancelled = true;
    },
  };
}

/** The chain of a call, outside in. */
export function wrapped(run: RunCall, wraps: readonly (Wrap | undefined)[]): RunCall {
  return wraps.reduceRight<RunCall>((next, wrap) => (wrap === undefined ? next : wrap(next)), run);
}
