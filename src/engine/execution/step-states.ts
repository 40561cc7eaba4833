import type { PlannedStep } from "../../plan/plan.js";
import type { BoundPlan } from "../binding/bound-plan.js";

/** Where a step is: it waits, runs, has failed and waits for its stand-in, or is done. */
export const waiting = 0;
export const running = 1;
export const replaced = 2;
export const done = 3;

export type StepState = typeof waiting | typeof running | typeof replaced | typeof done;

/** The state of each step of one execution, and what follows from all of them. */
export class StepStates {
  private readonly bound: BoundPlan;
  private readonly states: StepState[];

  constructor(bound: BoundPlan) {
    this.bound = bound;
    this.states = bound.plan.steps.map(() => waiting);
  }

  is(index: number, state: StepState): boolean {
    return this.states[index] === state;
  }

  enter(index: number, state: StepState): void {
    this.states[index] = state;
  }

  /** Some step may yet fail, and call for this one to stand in for it. */
  mayBeCalledFor(standIn: number): boolean {
    return this.stepOf(standIn).fallbackFor.some((primary) => !this.is(primary, done));
  }

  /** Another step than `primary` has failed, and this one stands in for it already. */
  isCalledByOther(standIn: number, primary: number): boolean {
    return this.stepOf(standIn).fallbackFor.some((other) => other !== primary && this.is(other, replaced));
  }

  /** A step that is not done, though the request can do without it and nothing is left that would use its value. */
  isUnused(index: number): boolean {
    const { isHard, fallbackFor } = this.stepOf(index);
    if (isHard || this.is(index, done)) return false;
    const isDone = (user: number) => this.is(user, done);
    return this.bound.needUsers[index]!.every(isDone) && fallbackFor.every(isDone);
  }

  /** A write runs that no transaction undoes. */
  get isWriting(): boolean {
    return this.bound.plan.steps.some(({ index, step, transaction }) => {
      return step.effect === "write" && transaction === undefined && this.is(index, running);
    });
  }

  /** Whether a step is given up shortly before the deadline: it has a fallback, or only feeds such steps. */
  isGivenUpEarly({ index, fallback, forEach, fallbackFor, isHard }: PlannedStep): boolean {
    if (this.is(index, done) || this.is(index, replaced)) return false;
    if (this.is(index, waiting) && fallbackFor.length > 0) return false;
    if (forEach !== undefined) return !isHard || (fallback !== undefined && this.is(index, running));
    return !isHard || fallback !== undefined;
  }

  private stepOf(index: number): PlannedStep {
    return this.bound.plan.steps[index]!;
  }
}
