import type { StepStatus } from "../../contracts/events.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { ItemsOutcome, ItemsOwner } from "./item-runs.js";
import type { EngineContext } from "../calls/run-call.js";
import type { RunOwner } from "./single-run.js";
import { staleAgeOf, statusOf } from "./step-meta.js";
import type { StepRecord } from "./step-record.js";
import type { StepResults } from "./step-results.js";
import { StepRuns } from "./step-runs.js";
import { done, replaced, running, StepStates, waiting } from "./step-states.js";

/** Who is told of what steps do to the whole request. */
export interface ScheduleOwner {
  /** A write begins that no transaction undoes. */
  writeStarts(): void;
  stepEnded(index: number): void;
  /** What follows at once from the end of a step has begun. */
  advanced(): void;
  /** A step failed that the request cannot do without. */
  requestFails(index: number, error: OrchestratorError): void;
}

/**
 * The steps of one execution. Each has a count of what it waits for; whatever ends counts down those that wait for it,
 * and what reaches zero starts. Nothing polls and nothing is a promise: the answers of sources drive everything.
 */
export class Schedule implements RunOwner, ItemsOwner {
  isOver = false;
  private readonly bound: BoundPlan;
  private readonly results: StepResults;
  private context: EngineContext;
  private readonly owner: ScheduleOwner;
  private readonly record: StepRecord | undefined;
  private readonly runs: StepRuns;
  private readonly states: StepStates;
  private readonly counts: number[];
  private readonly conditionCounts: number[];
  /** By phase. */
  private readonly unsettled: number[];
  /** Failures of what a step needs, until its condition is decided. */
  private readonly heldBack: OrchestratorError[] = [];
  private mayStart: ReadonlySet<number> | undefined;
  private isPastMargin = false;
  private isAfterReply = false;

  constructor(
    bound: BoundPlan,
    results: StepResults,
    context: EngineContext,
    owner: ScheduleOwner,
    record: StepRecord | undefined,
  ) {
    this.bound = bound;
    this.results = results;
    this.context = context;
    this.owner = owner;
    this.record = record;
    this.runs = new StepRuns(bound, results.scope, this);
    this.states = new StepStates(bound);
    this.counts = bound.counts.slice();
    this.conditionCounts = bound.conditionCounts.slice();
    this.unsettled = bound.stepsOfPhase.slice();
  }

  /** Starts everything that waits for nothing. */
  start(): void {
    const { steps } = this.bound.plan;
    for (const { index } of steps) if (this.conditionCounts[index] === 0) this.decideCondition(index);
    for (const { index } of steps) this.startIfReady(index);
  }

  beginPhase(phase: number): void {
    const steps = this.bound.plan.steps.flatMap(({ index }) => {
      return this.bound.phaseOf[index] === phase ? [index] : [];
    });
    this.countDown(steps);
    this.startReady(steps);
  }

  /** These steps have one thing less to wait for. */
  countDown(steps: readonly number[]): void {
    for (const index of steps) this.counts[index]! -= 1;
  }

  startReady(steps: readonly number[]): void {
    for (const index of steps) this.startIfReady(index);
  }

  /** From here on no other step may start, and those that run are given up. */
  restrictTo(steps: ReadonlySet<number>): void {
    this.mayStart = steps;
    this.cancelRuns();
  }

  /** Nothing of it starts any more. */
  close(): void {
    this.isOver = true;
  }

  cancel(): void {
    this.isOver = true;
    this.mayStart = undefined;
    this.cancelRuns();
  }

  isDone(phase: number): boolean {
    return this.unsettled[phase] === 0;
  }

  get isWriting(): boolean {
    return this.states.isWriting;
  }

  /** Steps that run after the reply have time until another deadline, and none of them can fail the request. */
  goOnAfterReply(deadlineMs: number): void {
    this.isAfterReply = true;
    this.isPastMargin = false;
    this.context = { ...this.context, deadlineMs, lateMs: deadlineMs };
  }

  /** Shortly before the deadline: what has a fallback takes it, and what only feeds such steps is given up. */
  reachMargin(): void {
    this.isPastMargin = true;
    for (const step of this.bound.plan.steps) {
      if (this.isOver || (step.phase === "response" && !this.isAfterReply)) continue;
      if (this.states.isGivenUpEarly(step)) this.runs.giveUp(step, this.outOfTime());
    }
  }

  writeStarts(isInTransaction: boolean): void {
    if (!isInTransaction) this.owner.writeStarts();
    this.context.joins.forget();
  }

  runSucceeded(index: number, value: JsonValue, reply: SourceReply | undefined): void {
    this.results.noteStaleAge(staleAgeOf(reply));
    this.settle(index, statusOf(reply), value, reply);
  }

  itemsSucceeded(
    index: number,
    values: readonly JsonValue[],
    items: readonly JsonValue[],
    { usedFallback, staleAgeMs }: ItemsOutcome,
  ): void {
    if (usedFallback) this.results.isComplete = false;
    this.results.noteStaleAge(staleAgeMs);
    this.settle(index, "ok", values, undefined, items);
  }

  /** A step failed: its fallback stands in, or the request ends, or those who need it fail with it. */
  runFailed(index: number, error: OrchestratorError): void {
    if (this.isOver || this.states.is(index, done)) return;
    const { fallback, forEach } = this.bound.plan.steps[index]!;
    this.results.noteError(index, error);
    if (fallback === undefined || forEach !== undefined || this.states.is(index, replaced)) {
      return this.failFinally(index, error);
    }
    if (fallback.kind === "step") return this.callStandIn(index, fallback.index);
    try {
      this.settle(index, "fallback", fallback.evaluate(this.results.scope));
    } catch (fault) {
      this.states.enter(index, replaced);
      this.runFailed(index, asOrchestratorError(fault));
    }
  }

  private failFinally(index: number, error: OrchestratorError): void {
    const { plan, background } = this.bound;
    if (this.isAfterReply) background.failed(plan.endpoint.id, error);
    if (!plan.steps[index]!.isHard || this.isAfterReply) return this.settle(index, "failed", null);
    this.states.enter(index, done);
    this.results.fail(index);
    this.record?.ended(index, "failed", null, error);
    this.owner.requestFails(index, error);
  }

  private startIfReady(index: number): void {
    if (this.isOver || this.counts[index] !== 0 || !this.states.is(index, waiting)) return;
    if (this.mayStart !== undefined && !this.mayStart.has(index)) return;
    const planned = this.bound.plan.steps[index]!;
    this.states.enter(index, running);
    if (this.isPastMargin && planned.fallback !== undefined) return this.runFailed(index, this.outOfTime());
    const context = this.record === undefined ? this.context : this.record.started(index, this.context);
    try {
      this.runs.start(planned, context);
    } catch (error) {
      this.runFailed(index, asOrchestratorError(error));
    }
  }

  private decideCondition(index: number): void {
    if (this.isOver || !this.states.is(index, waiting)) return;
    try {
      if (!this.bound.plan.steps[index]!.condition!(this.results.scope))
        return this.settle(index, "skipped", null);
      const held = this.heldBack[index];
      if (held !== undefined) return this.runFailed(index, held);
      this.counts[index]! -= 1;
      this.startIfReady(index);
    } catch (error) {
      this.runFailed(index, asOrchestratorError(error));
    }
  }

  private settle(
    index: number,
    status: StepStatus,
    value: JsonValue,
    reply?: SourceReply,
    items?: readonly JsonValue[],
  ): void {
    if (this.isOver || this.states.is(index, done)) return;
    const { step, needs, keepsMeta } = this.bound.plan.steps[index]!;
    this.states.enter(index, done);
    this.unsettled[this.bound.phaseOf[index]!]! -= 1;
    this.results.set(index, status, value);
    if (keepsMeta) this.results.setMeta(index, reply, this.runs.armOf(index), items);
    if (step.effect === "write") this.context.joins.forget();
    this.record?.ended(index, status, value, this.results.errorOf(index));
    this.release(index, status);
    this.releaseStandIn(index);
    for (const need of needs) this.dropIfUnused(need);
    this.owner.advanced();
  }

  /** Counts down what waits for a step, and starts what waits for nothing else. */
  private release(index: number, status: StepStatus): void {
    const { needUsers, afterUsers, conditionUsers, plan } = this.bound;
    this.countDown(needUsers[index]!);
    this.countDown(afterUsers[index]!);
    this.owner.stepEnded(index);
    for (const primary of plan.steps[index]!.fallbackFor)
      if (this.states.is(primary, replaced)) this.takeStandIn(primary, index);
    if (status === "failed") {
      for (const user of needUsers[index]!) if (this.states.is(user, waiting)) this.failWithNeed(user, index);
    } else {
      for (const user of conditionUsers[index]!) {
        this.conditionCounts[user]! -= 1;
        if (this.conditionCounts[user] === 0) this.decideCondition(user);
      }
      this.startReady(needUsers[index]!);
    }
    this.startReady(afterUsers[index]!);
  }

  /** A step cannot run without what it needs; but where its condition may still skip it, that is decided first. */
  private failWithNeed(index: number, need: number): void {
    const error = this.results.errorOf(need)!;
    const { conditionNeeds } = this.bound.plan.steps[index]!;
    if (this.conditionCounts[index]! > 0 && !conditionNeeds.includes(need)) this.heldBack[index] ??= error;
    else this.runFailed(index, error);
  }

  /** The step that stands in for a failed one may run now. */
  private callStandIn(index: number, standIn: number): void {
    this.states.enter(index, replaced);
    this.record?.replaced(index, this.results.errorOf(index));
    if (this.states.is(standIn, done)) return this.takeStandIn(index, standIn);
    if (this.states.isCalledByOther(standIn, index)) return;
    this.counts[standIn]! -= 1;
    this.startIfReady(standIn);
  }

  private takeStandIn(primary: number, standIn: number): void {
    const { results } = this;
    if (results.statusOf(standIn) === "failed") this.runFailed(primary, results.errorOf(primary)!);
    else this.settle(primary, "fallback", results.valueOf(standIn));
  }

  /** A stand-in that is not called for is skipped, whoever else may look at its value. */
  private releaseStandIn(index: number): void {
    const { fallback } = this.bound.plan.steps[index]!;
    if (fallback?.kind !== "step") return;
    const standIn = fallback.index;
    if (this.states.is(standIn, waiting) && !this.states.mayBeCalledFor(standIn)) {
      this.settle(standIn, "skipped", null);
    } else this.dropIfUnused(standIn);
  }

  /** What was read only for steps that have ended without it is given up. */
  private dropIfUnused(index: number): void {
    if (this.isOver || !this.states.isUnused(index)) return;
    this.runs.cancel(index);
    if (this.states.is(index, running)) this.record?.callCancelled(index);
    this.settle(index, "skipped", null);
  }

  private outOfTime(): OrchestratorError {
    const { endpoint, fallbackMarginMs } = this.bound.plan;
    return failure("SOURCE_TIMED_OUT", { afterMs: Math.round(endpoint.timeoutMs - fallbackMarginMs) });
  }

  private cancelRuns(): void {
    for (const { index } of this.bound.plan.steps) {
      if (!this.states.is(index, running) || this.mayStart?.has(index) === true) continue;
      this.states.enter(index, done);
      this.runs.cancel(index);
      this.record?.cancelled(index);
    }
  }
}
