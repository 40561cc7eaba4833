import type { ExecutionEvent } from "../../contracts/events.js";
import type { Cancel } from "../../contracts/host.js";
import type { Cancellable } from "../../contracts/source.js";
import type { PlannedCache } from "../../plan/plan.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import { Execution } from "../execution/execution.js";
import type { ExecutionInput, ExecutionResult, SettleExecution } from "../execution/execution-input.js";
import { executionScope, surroundingsOf } from "../execution/execution-scope.js";
import type { FlightContext, Told } from "../calls/flights.js";
import { entryOf, keepable, resultOf } from "./kept-execution.js";
import { KeptRun, type KeepTools } from "../calls/kept-run.js";
import { isOutageOfSource } from "../calls/outage.js";
import { replyKey, type ReplyKey } from "./reply-key.js";
import type { SharedState } from "../shared-state.js";

type StartExecution = (input: ExecutionInput, settle: SettleExecution) => Cancellable;

/** Runs an endpoint whose whole replies are kept: once for all equal requests that come while it runs. */
export function startKept(bound: BoundPlan, cache: PlannedCache, shared: SharedState): StartExecution {
  const tools: KeptTools = {
    bound,
    cache,
    keyOf: replyKey(cache, bound.environment),
    store: shared.cache,
    flights: shared.replies,
    clock: bound.host.clock,
    meter: shared.meter?.replies(bound.plan.endpoint.id),
    rules: {
      tags: cache.tags,
      staleWhileRevalidateMs: cache.staleWhileRevalidateMs,
      staleIfErrorMs: cache.staleIfErrorMs,
      freshMs: () => cache.ttlMs,
      entryOf: (result, nowMs) => entryOf(result, cache, nowMs),
      replyOf: (entry, ageMs, isStale) => resultOf(entry, cache, ageMs, isStale),
      isOutage: isOutageOfSource,
    },
  };
  return (input, settle) => new KeptExecution(tools, input, settle).start();
}

interface KeptTools extends KeepTools<ExecutionResult, FlightContext> {
  readonly bound: BoundPlan;
  readonly cache: PlannedCache;
  readonly keyOf: ReplyKey;
}

/** One request, answered from what is kept or by a run that it may share. Its deadline is its own. */
class KeptExecution implements Told<ExecutionResult>, Cancellable {
  private readonly tools: KeptTools;
  private readonly input: ExecutionInput;
  private readonly settle: SettleExecution;
  private run: Cancellable | undefined;
  private stopTimer: Cancel | undefined;
  private isOver = false;

  constructor(tools: KeptTools, input: ExecutionInput, settle: SettleExecution) {
    this.tools = tools;
    this.input = input;
    this.settle = settle;
  }

  start(): this {
    const { bound, clock } = this.tools;
    const { endpoint, fallbackMarginMs } = bound.plan;
    const { timeoutMs } = endpoint;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const context = { deadlineMs, lateMs: deadlineMs - fallbackMarginMs };
    this.stopTimer = clock.after(timeoutMs, () => this.giveUp());
    this.emit({ kind: "execution-started" });
    try {
      this.run = new KeptRun(this.key(), this.execute.bind(this), context, this, this.tools).begin();
    } catch (error) {
      queueMicrotask(() => this.fail(asOrchestratorError(error)));
    }
    return this;
  }

  succeed(result: ExecutionResult): void {
    this.end(undefined, result);
  }

  fail(error: OrchestratorError): void {
    this.end(error, undefined);
  }

  cancel(): void {
    this.run?.cancel();
    queueMicrotask(() => this.fail(failure("REQUEST_CANCELLED", {})));
  }

  private giveUp(): void {
    const { timeoutMs } = this.tools.bound.plan.endpoint;
    this.fail(failure("ENDPOINT_TIMED_OUT", { afterMs: timeoutMs }));
    this.run?.cancel();
  }

  private key(): string {
    const { bound, clock, keyOf } = this.tools;
    return keyOf(this.input, () =>
      executionScope(bound, this.input, surroundingsOf(bound.environment, this.input, clock.nowMs())),
    );
  }

  /** The run belongs to all who wait for it. What happens in it is told to the one who began it, while that one waits. */
  private execute(shared: FlightContext, told: Told<ExecutionResult>, isWanted: boolean): Cancellable {
    const { bound, cache } = this.tools;
    const { listener } = this.input;
    const isWatched = isWanted && listener !== undefined;
    const execution = new Execution(
      bound,
      { ...this.input, listener: isWatched ? (event) => this.pass(event) : undefined },
      (error, result) => {
        if (result === undefined) told.fail(error!);
        else told.succeed(keepable(result, cache));
      },
      undefined,
      shared,
    );
    execution.start();
    return execution;
  }

  /** Of the steps alone: this request begins before the run, and may end before it. */
  private pass(event: ExecutionEvent): void {
    if (!this.isOver && "step" in event) this.input.listener!(event);
  }

  private end(error: OrchestratorError | undefined, result: ExecutionResult | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopTimer?.();
    this.emit({ kind: "execution-ended", isComplete: result?.isComplete ?? false, error });
    this.settle(error, result, "nothing");
  }

  private emit(what: OwnEvent): void {
    const { listener, executionId } = this.input;
    if (listener === undefined) return;
    const { bound, clock } = this.tools;
    listener({ ...what, executionId, endpoint: bound.plan.endpoint.id, atMs: clock.monotonicMs() });
  }
}

type OwnEvent =
  | { readonly kind: "execution-started" }
  | {
      readonly kind: "execution-ended";
      readonly isComplete: boolean;
      readonly error: OrchestratorError | undefined;
    };
