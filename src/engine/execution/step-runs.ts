import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { PlannedStep } from "../../plan/plan.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { ExecutionScope } from "./execution-scope.js";
import { ItemRuns, type ItemsOwner } from "./item-runs.js";
import type { EngineContext } from "../calls/run-call.js";
import { SingleRun, type RunOwner } from "./single-run.js";

/** The runs of the steps of one execution: of one call, or of one for each item. */
export class StepRuns {
  private readonly bound: BoundPlan;
  private readonly scope: ExecutionScope;
  private readonly owner: RunOwner & ItemsOwner;
  private readonly runs: (SingleRun | ItemRuns)[] = [];
  private readonly arms: string[] = [];

  constructor(bound: BoundPlan, scope: ExecutionScope, owner: RunOwner & ItemsOwner) {
    this.bound = bound;
    this.scope = scope;
    this.owner = owner;
  }

  /** The owner is told how it ends, unless this throws. */
  start(planned: PlannedStep, context: EngineContext): void {
    const { index, forEach } = planned;
    const arm = this.bound.chooseArm[index]?.(this.scope, context.caller);
    if (arm !== undefined) this.arms[index] = arm.name;
    const call = arm === undefined ? this.bound.calls[index] : arm.call;
    const called = arm === undefined ? planned : arm.planned;
    if (forEach === undefined) {
      const run = new SingleRun(called, call, this.scope, this.owner, index);
      this.runs[index] = run;
      run.start(context);
    } else {
      const run = new ItemRuns(called, call, this.scope, context, this.owner);
      this.runs[index] = run;
      run.start();
    }
  }

  /** Which of the operations of a step with `traffic` was called. */
  armOf(index: number): string | undefined {
    return this.arms[index];
  }

  cancel(index: number): void {
    this.runs[index]?.cancel();
  }

  /** Ends a run with an error: where each item has a fallback of its own, those that are done keep their values. */
  giveUp({ index, fallback }: PlannedStep, error: OrchestratorError): void {
    const run = this.runs[index];
    if (run instanceof ItemRuns && fallback !== undefined) return run.giveUp(error);
    run?.cancel();
    this.owner.runFailed(index, error);
  }
}
