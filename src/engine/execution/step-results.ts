import type { StepStatus } from "../../contracts/events.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";
import type { EndpointPlan } from "../../plan/plan.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ExecutionScope } from "./execution-scope.js";
import { metaOf } from "./step-meta.js";

/** What the steps of one execution gave: as expressions see it, and as the reply tells of it. */
export class StepResults {
  readonly scope: ExecutionScope;
  /** No fallback was used. */
  isComplete = true;
  /** Of the oldest stale value that a step gave. */
  staleAgeMs = 0;
  private readonly plan: EndpointPlan;
  private readonly statuses: StepStatus[] = [];
  private readonly errors: OrchestratorError[] = [];

  constructor(plan: EndpointPlan, scope: ExecutionScope) {
    this.plan = plan;
    this.scope = scope;
  }

  statusOf(index: number): StepStatus | undefined {
    return this.statuses[index];
  }

  valueOf(index: number): JsonValue {
    return this.scope[this.plan.steps[index]!.name]!;
  }

  /** The last failure of a step, also where another value stands in for its own. */
  errorOf(index: number): OrchestratorError | undefined {
    return this.errors[index];
  }

  noteError(index: number, error: OrchestratorError): void {
    this.errors[index] = error;
  }

  noteStaleAge(ageMs: number): void {
    this.staleAgeMs = Math.max(this.staleAgeMs, ageMs);
  }

  /** The request ends with the failure of a step. */
  fail(index: number): void {
    this.statuses[index] = "failed";
  }

  set(index: number, status: StepStatus, value: JsonValue): void {
    this.statuses[index] = status;
    this.scope[this.plan.steps[index]!.name] = value;
    if (status === "fallback") this.isComplete = false;
  }

  /** `$meta` of a step, where it is read. */
  setMeta(
    index: number,
    reply: SourceReply | undefined,
    arm: string | undefined,
    items: readonly JsonValue[] | undefined,
  ): void {
    const meta = metaOf(this.statuses[index]!, this.errors[index], reply, arm);
    const all = this.scope["meta"] as Record<string, JsonValue>;
    all[this.plan.steps[index]!.name] = items === undefined ? meta : { ...meta, items };
  }
}
