import type { StepStatus } from "../../contracts/events.js";
import type { JsonValue } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { ExecutionEvents } from "./execution-events.js";
import type { TraceLinks } from "./execution-input.js";
import type { EngineContext } from "../calls/run-call.js";

/** Tells a listener and the meters of the steps of one execution. Made only where there is one or the other. */
export class StepRecord {
  private readonly bound: BoundPlan;
  private readonly events: ExecutionEvents | undefined;
  private readonly trace: TraceLinks | undefined;
  private readonly startedMs: number[] = [];

  constructor(bound: BoundPlan, events: ExecutionEvents | undefined, trace: TraceLinks | undefined) {
    this.bound = bound;
    this.events = events;
    this.trace = trace;
  }

  /** Answers the context for the calls of the step. */
  started(index: number, context: EngineContext): EngineContext {
    if (this.bound.meters !== undefined) this.startedMs[index] = this.bound.host.clock.monotonicMs();
    if (this.events === undefined) return context;
    const name = this.nameOf(index);
    return {
      ...context,
      onAttempt: this.events.stepStarted(name),
      trace: this.trace?.headersOfStep(name),
    };
  }

  ended(index: number, status: StepStatus, value: JsonValue, error: OrchestratorError | undefined): void {
    this.measure(index, status);
    this.events?.stepEnded(this.nameOf(index), status, value, error);
  }

  /** It failed, and another one stands in for it. */
  replaced(index: number, error: OrchestratorError | undefined): void {
    this.events?.stepEnded(this.nameOf(index), "failed", null, error);
  }

  /** Its call is given up, though the step goes on with another value. */
  callCancelled(index: number): void {
    this.events?.stepCancelled(this.nameOf(index));
  }

  cancelled(index: number): void {
    this.measure(index, "cancelled");
    this.callCancelled(index);
  }

  private measure(index: number, status: StepStatus | "cancelled"): void {
    if (this.bound.meters === undefined) return;
    const startedMs = this.startedMs[index];
    const durationMs = startedMs === undefined ? undefined : this.bound.host.clock.monotonicMs() - startedMs;
    this.bound.meters[index]!.ended(status, durationMs);
  }

  private nameOf(index: number): string {
    return this.bound.plan.steps[index]!.name;
  }
}
