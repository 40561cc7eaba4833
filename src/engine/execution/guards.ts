import type { StepStatus } from "../../contracts/events.js";
import type { PlannedGuard } from "../../plan/plan.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { StepResults } from "./step-results.js";
import { awaitedGuards, firstOf, guardError, guardHolds, type Verdict } from "./verdict.js";

/** The source of the step gave its value, now or before. */
const answered: ReadonlySet<StepStatus | undefined> = new Set(["ok", "cached", "stale"]);

/** The guards of one execution: which are decided, and the verdict that they and the failures of steps come to. */
export class Guards {
  private readonly bound: BoundPlan;
  private readonly results: StepResults;
  private readonly counts: number[];
  private readonly isDecided: boolean[] = [];
  private readonly failedSteps = new Set<number>();
  /** The one that counts of those that were found. */
  verdict: Verdict | undefined;

  constructor(bound: BoundPlan, results: StepResults) {
    this.bound = bound;
    this.results = results;
    this.counts = bound.guardCounts.slice();
  }

  countDown(index: number): void {
    this.counts[index]! -= 1;
  }

  /** Whether a guard waits for no step, and is not decided yet. */
  isDue(index: number): boolean {
    return this.counts[index] === 0 && this.isDecided[index] !== true;
  }

  /** The verdict of a guard; `undefined` where it lets the request pass. */
  decide(index: number): Verdict | undefined {
    const guard = this.bound.plan.guards[index]!;
    const { scope } = this.results;
    this.isDecided[index] = true;
    try {
      if (!guardHolds(guard, scope, this.isAnsweredNull(guard))) return undefined;
      return { error: guardError(guard, scope), guard: index };
    } catch (error) {
      return { error: asOrchestratorError(error), guard: index };
    }
  }

  /** What depends on the step will never be decided. */
  noteFailed(step: number): void {
    this.failedSteps.add(step);
  }

  /** Takes up a verdict. Answers the guards that come before it, or before the one that counts more, and are open. */
  awaitedBy(found: Verdict): readonly PlannedGuard[] {
    this.verdict = firstOf(this.verdict, found);
    return awaitedGuards(this.verdict, this.bound.plan.guards, this.isDecided, this.failedSteps);
  }

  private isAnsweredNull({ answeredNull: step }: PlannedGuard): boolean {
    if (step === undefined || !answered.has(this.results.statusOf(step))) return false;
    return this.results.valueOf(step) === null;
  }
}
