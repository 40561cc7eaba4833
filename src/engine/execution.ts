import type { StepStatus } from "../contracts/events.js";
import type { Cancel } from "../contracts/host.js";
import type { Cancellable, SourceReply } from "../contracts/source.js";
import type { JsonValue } from "../expression/value.js";
import { phases } from "../plan/phases.js";
import type { PlannedStep } from "../plan/plan.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../problems/orchestrator-error.js";
import { BatchTable } from "./batch.js";
import type { BoundPlan } from "./bound-plan.js";
import type { Begin } from "./bound-transaction.js";
import type {
  ExecutionInput,
  ExecutionResult,
  Leaving,
  SettleExecution,
  TraceLinks,
} from "./execution-input.js";
import { ExecutionEvents } from "./execution-events.js";
import { executionScope, surroundingsOf, type ExecutionScope } from "./execution-scope.js";
import { ItemRuns, type ItemsOutcome, type ItemsOwner } from "./item-runs.js";
import { withDeadlineOf, type FlightContext } from "./flights.js";
import { JoinTable } from "./join.js";
import { respond, withText } from "./respond.js";
import type { EngineContext } from "./run-call.js";
import { SingleRun, type RunOwner } from "./single-run.js";
import { metaOf, staleAgeOf, statusOf } from "./step-meta.js";
import { TransactionRun } from "./transaction-run.js";
import { awaitedGuards, firstOf, guardError, guardHolds, type Verdict } from "./verdict.js";

/** Where a step is: it waits, runs, has failed and waits for its stand-in, or is done. */
const waiting = 0;
const running = 1;
const replaced = 2;
const done = 3;

/** Nobody knows what became of the writes. */
const unknownEnds: ReadonlySet<string> = new Set(["WRITE_OUTCOME_UNKNOWN", "COMMIT_OUTCOME_UNKNOWN"]);

const responsePhase = phases.indexOf("response");

/** The source of the step gave its value, now or before. */
const answered: ReadonlySet<StepStatus | undefined> = new Set(["ok", "cached", "stale"]);

/**
 * One run of an endpoint. Each step has a count of what it waits for; whatever ends counts down those that wait for
 * it, and what reaches zero starts. Nothing polls and nothing is a promise: the answers of sources drive everything.
 */
export class Execution implements RunOwner, ItemsOwner, Cancellable {
  private readonly bound: BoundPlan;
  private readonly events: ExecutionEvents | undefined;
  private readonly tell: SettleExecution;
  private readonly scope: ExecutionScope;
  private context: EngineContext;
  private readonly shared: FlightContext | undefined;
  private stopTimers: Cancel[] = [];
  private readonly states: number[];
  private readonly counts: number[];
  private readonly conditionCounts: number[];
  private readonly guardCounts: number[];
  private readonly statuses: StepStatus[] = [];
  private readonly errors: OrchestratorError[] = [];
  /** Failures of what a step needs, until its condition is decided. */
  private readonly heldBack: OrchestratorError[] = [];
  private readonly runs: (SingleRun | ItemRuns)[] = [];
  /** Which of the operations of a step with `traffic` was called. */
  private readonly arms: string[] = [];
  /** When each step started; only where steps are measured. */
  private readonly startedMs: number[] | undefined;
  private readonly isGuardDecided: boolean[] = [];
  private readonly failedSteps = new Set<number>();
  /** By phase. */
  private readonly unsettled: number[];
  private readonly trace: TraceLinks | undefined;
  private phase = 0;
  private verdict: Verdict | undefined;
  /** While a verdict waits for guards, only what these lead to may start. */
  private mayStart: ReadonlySet<number> | undefined;
  private isComplete = true;
  /** Of the oldest stale value that a step gave. */
  private staleAgeMs = 0;
  private isOver = false;
  private isStarting = true;
  private hasStarted = false;
  /** Something was written that stays whatever comes, or is being committed: the caller cannot call it off. */
  private hasWritten = false;
  private isPastMargin = false;
  private isCommitting = false;
  /** What was written cannot be undone any more. */
  private leavesWrites = false;
  private hasAnswered = false;
  private result: ExecutionResult | undefined;
  /** It ended because its transaction met another one, and nothing of it is left. */
  isUndone = false;

  /**
   * Its deadline is `endsAtMs`, or else that of its endpoint. One that is `shared` goes on after it for as long as
   * somebody waits.
   */
  constructor(
    bound: BoundPlan,
    input: ExecutionInput,
    tell: SettleExecution,
    endsAtMs?: number,
    shared?: FlightContext,
  ) {
    const { plan, host, environment } = bound;
    const { clock } = host;
    const startMs = clock.monotonicMs();
    const timeoutMs = endsAtMs === undefined ? plan.endpoint.timeoutMs : Math.max(0, endsAtMs - startMs);
    const surroundings = surroundingsOf(environment, input, clock.nowMs());
    const deadlineMs = startMs + timeoutMs;
    this.bound = bound;
    const { listener } = input;
    this.events = listener && new ExecutionEvents(listener, input, plan.endpoint.id, clock);
    this.trace = input.trace;
    this.tell = tell;
    this.scope = executionScope(bound, input, surroundings);
    const context = {
      deadlineMs,
      lateMs: deadlineMs - plan.fallbackMarginMs,
      surroundings,
      joins: new JoinTable(),
      batches: new BatchTable(),
      onAttempt: undefined,
      caller: input.caller,
      transaction: bound.transaction && this.transactionOf(bound.transaction.begin, deadlineMs),
      trace: input.trace?.headers,
    };
    this.shared = shared;
    this.context = shared === undefined ? context : withDeadlineOf(shared, context);
    this.states = plan.steps.map(() => waiting);
    this.counts = bound.counts.slice();
    this.conditionCounts = bound.conditionCounts.slice();
    this.guardCounts = bound.guardCounts.slice();
    this.unsettled = bound.stepsOfPhase.slice();
    this.startedMs = bound.meters === undefined ? undefined : [];
    this.stopTimers.push(clock.after(timeoutMs, () => this.reachDeadline()));
    if (bound.givesUpEarly) {
      this.stopTimers.push(clock.after(timeoutMs - plan.fallbackMarginMs, () => this.reachMargin()));
    }
  }

  /** Starts everything that waits for nothing. The outcome is told later than this returns. */
  start(): void {
    const { plan } = this.bound;
    this.events?.started();
    for (const { index } of plan.guards) if (this.guardCounts[index] === 0) this.decideGuard(index);
    for (const { index } of plan.steps) if (this.conditionCounts[index] === 0) this.decideCondition(index);
    for (const { index } of plan.steps) this.startIfReady(index);
    this.isStarting = false;
    this.finishIfDone();
    this.hasStarted = true;
  }

  /** The caller hung up. Once a write has begun that cannot be undone, the plan runs to its end all the same. */
  cancel(): void {
    if (!this.hasWritten) this.end(failure("REQUEST_CANCELLED", {}));
  }

  writeStarts(isInTransaction: boolean): void {
    if (!isInTransaction) {
      this.hasWritten = true;
      this.leavesWrites = true;
    }
    this.context.joins.forget();
  }

  runSucceeded(index: number, value: JsonValue, reply: SourceReply | undefined): void {
    this.staleAgeMs = Math.max(this.staleAgeMs, staleAgeOf(reply));
    this.settle(index, statusOf(reply), value, reply);
  }

  itemsSucceeded(
    index: number,
    values: readonly JsonValue[],
    items: readonly JsonValue[],
    { usedFallback, staleAgeMs }: ItemsOutcome,
  ): void {
    if (usedFallback) this.isComplete = false;
    this.staleAgeMs = Math.max(this.staleAgeMs, staleAgeMs);
    this.settle(index, "ok", values, undefined, items);
  }

  /** A step failed: its fallback stands in, or the request ends, or those who need it fail with it. */
  runFailed(index: number, error: OrchestratorError): void {
    if (this.isOver || this.states[index] === done) return;
    const { fallback, forEach, isHard } = this.bound.plan.steps[index]!;
    this.errors[index] = error;
    if (fallback === undefined || forEach !== undefined || this.states[index] === replaced) {
      if (this.hasAnswered) this.bound.background.failed(this.bound.plan.endpoint.id, error);
      return isHard && !this.hasAnswered
        ? this.failRequest(index, error)
        : this.settle(index, "failed", null);
    }
    if (fallback.kind === "step") return this.callStandIn(index, fallback.index);
    try {
      this.settle(index, "fallback", fallback.evaluate(this.scope));
    } catch (fault) {
      this.states[index] = replaced;
      this.runFailed(index, asOrchestratorError(fault));
    }
  }

  private startIfReady(index: number): void {
    if (this.isOver || this.counts[index] !== 0 || this.states[index] !== waiting) return;
    if (this.mayStart !== undefined && !this.mayStart.has(index)) return;
    const planned = this.bound.plan.steps[index]!;
    this.states[index] = running;
    if (this.startedMs !== undefined) this.startedMs[index] = this.bound.host.clock.monotonicMs();
    if (this.isPastMargin && planned.fallback !== undefined) return this.runFailed(index, this.outOfTime());
    const context =
      this.events === undefined
        ? this.context
        : {
            ...this.context,
            onAttempt: this.events.stepStarted(planned.name),
            trace: this.trace?.headersOfStep(planned.name),
          };
    try {
      const arm = this.bound.chooseArm[index]?.(this.scope, this.context.caller);
      if (arm !== undefined) this.arms[index] = arm.name;
      const call = arm === undefined ? this.bound.calls[index] : arm.call;
      const called = arm === undefined ? planned : arm.planned;
      if (planned.forEach === undefined) {
        const run = new SingleRun(called, call, this.scope, this, index);
        this.runs[index] = run;
        run.start(context);
      } else {
        const run = new ItemRuns(called, call, this.scope, context, this);
        this.runs[index] = run;
        run.start();
      }
    } catch (error) {
      this.runFailed(index, asOrchestratorError(error));
    }
  }

  private decideCondition(index: number): void {
    if (this.isOver || this.states[index] !== waiting) return;
    try {
      if (!this.bound.plan.steps[index]!.condition!(this.scope)) return this.settle(index, "skipped", null);
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
    if (this.isOver || this.states[index] === done) return;
    const { name, keepsMeta, step } = this.bound.plan.steps[index]!;
    this.states[index] = done;
    this.statuses[index] = status;
    this.unsettled[this.bound.phaseOf[index]!]! -= 1;
    if (this.startedMs !== undefined) this.measure(index, status);
    this.scope[name] = value;
    if (status === "fallback") this.isComplete = false;
    if (step.effect === "write") this.context.joins.forget();
    if (keepsMeta) {
      const meta = metaOf(status, this.errors[index], reply, this.arms[index]);
      (this.scope["meta"] as Record<string, JsonValue>)[name] =
        items === undefined ? meta : { ...meta, items };
    }
    this.events?.stepEnded(name, status, value, this.errors[index]);
    this.countDown(index, status);
    this.releaseStandIn(index);
    this.dropUnused(index);
    this.finishIfDone();
  }

  private countDown(index: number, status: StepStatus): void {
    const { needUsers, afterUsers, conditionUsers, guardUsers } = this.bound;
    const { fallbackFor } = this.bound.plan.steps[index]!;
    for (const user of needUsers[index]!) this.counts[user]! -= 1;
    for (const user of afterUsers[index]!) this.counts[user]! -= 1;
    for (const user of guardUsers[index]!) {
      this.guardCounts[user]! -= 1;
      if (this.guardCounts[user] === 0) this.decideGuard(user);
    }
    for (const primary of fallbackFor)
      if (this.states[primary] === replaced) this.takeStandIn(primary, index);
    if (status === "failed") {
      for (const user of needUsers[index]!) if (this.states[user] === waiting) this.failWithNeed(user, index);
    } else {
      for (const user of conditionUsers[index]!) {
        this.conditionCounts[user]! -= 1;
        if (this.conditionCounts[user] === 0) this.decideCondition(user);
      }
      for (const user of needUsers[index]!) this.startIfReady(user);
    }
    for (const user of afterUsers[index]!) this.startIfReady(user);
  }

  /** A step cannot run without what it needs; but where its condition may still skip it, that is decided first. */
  private failWithNeed(index: number, need: number): void {
    const error = this.errors[need]!;
    const { conditionNeeds } = this.bound.plan.steps[index]!;
    if (this.conditionCounts[index]! > 0 && !conditionNeeds.includes(need)) this.heldBack[index] ??= error;
    else this.runFailed(index, error);
  }

  /** The step that stands in for a failed one may run now. */
  private callStandIn(index: number, standIn: number): void {
    this.states[index] = replaced;
    this.events?.stepEnded(this.bound.plan.steps[index]!.name, "failed", null, this.errors[index]);
    if (this.states[standIn] === done) return this.takeStandIn(index, standIn);
    if (
      this.bound.plan.steps[standIn]!.fallbackFor.some(
        (other) => other !== index && this.states[other] === replaced,
      )
    )
      return;
    this.counts[standIn]! -= 1;
    this.startIfReady(standIn);
  }

  private takeStandIn(primary: number, standIn: number): void {
    if (this.statuses[standIn] === "failed") return this.runFailed(primary, this.errors[primary]!);
    this.settle(primary, "fallback", this.scope[this.bound.plan.steps[standIn]!.name]!);
  }

  /** A stand-in that is not called for is skipped, whoever else may look at its value. */
  private releaseStandIn(index: number): void {
    const { fallback } = this.bound.plan.steps[index]!;
    if (fallback?.kind !== "step") return;
    const { fallbackFor } = this.bound.plan.steps[fallback.index]!;
    const isCalledFor = fallbackFor.some((primary) => this.states[primary] !== done);
    if (this.states[fallback.index] === waiting && !isCalledFor) this.settle(fallback.index, "skipped", null);
    else this.dropIfUnused(fallback.index);
  }

  /** What was read only for a step that has ended without it is given up. */
  private dropUnused(index: number): void {
    for (const need of this.bound.plan.steps[index]!.needs) this.dropIfUnused(need);
  }

  private dropIfUnused(index: number): void {
    const { isHard, fallbackFor, name } = this.bound.plan.steps[index]!;
    if (isHard || this.isOver || this.states[index] === done) return;
    const users = [...this.bound.needUsers[index]!, ...fallbackFor];
    if (!users.every((user) => this.states[user] === done)) return;
    this.runs[index]?.cancel();
    if (this.states[index] === running) this.events?.stepCancelled(name);
    this.settle(index, "skipped", null);
  }

  private decideGuard(index: number): void {
    if (this.isOver || this.isGuardDecided[index] === true) return;
    const guard = this.bound.plan.guards[index]!;
    try {
      const { answeredNull: step } = guard;
      const isNull =
        step !== undefined &&
        answered.has(this.statuses[step]) &&
        this.scope[this.bound.plan.steps[step]!.name] === null;
      const holds = guardHolds(guard, this.scope, isNull);
      this.isGuardDecided[index] = true;
      if (holds) return this.reach({ error: guardError(guard, this.scope), guard: index });
    } catch (error) {
      this.isGuardDecided[index] = true;
      return this.reach({ error: asOrchestratorError(error), guard: index });
    }
    const stopped = this.bound.guardStops[index]!;
    for (const step of stopped) this.counts[step]! -= 1;
    if (this.verdict !== undefined) this.reach(this.verdict);
    for (const step of stopped) this.startIfReady(step);
  }

  private failRequest(index: number, error: OrchestratorError): void {
    this.states[index] = done;
    this.statuses[index] = "failed";
    this.failedSteps.add(index);
    if (this.startedMs !== undefined) this.measure(index, "failed");
    this.events?.stepEnded(this.bound.plan.steps[index]!.name, "failed", null, error);
    this.reach(this.verdict ?? { error, guard: undefined });
  }

  /** The request is to end with this verdict, or with one that came before it, once no guard is left that comes first. */
  private reach(found: Verdict): void {
    const verdict = firstOf(this.verdict, found);
    const awaited = awaitedGuards(verdict, this.bound.plan.guards, this.isGuardDecided, this.failedSteps);
    if (awaited.length === 0) return this.end(verdict.error);
    this.verdict = verdict;
    this.mayStart = new Set(awaited.flatMap(({ leadsTo }) => [...leadsTo]));
    this.cancelRuns(this.mayStart);
  }

  private reachDeadline(): void {
    const { clock } = this.bound.host;
    const leftMs = (this.shared?.deadlineMs ?? 0) - clock.monotonicMs();
    if (leftMs > 0) {
      this.stopTimers.push(clock.after(leftMs, () => this.reachDeadline()));
      return;
    }
    const { steps, endpoint } = this.bound.plan;
    const isWriting =
      this.isCommitting ||
      steps.some(
        ({ index, step, transaction }) =>
          step.effect === "write" && transaction === undefined && this.states[index] === running,
      );
    const late = isWriting
      ? failure("WRITE_OUTCOME_UNKNOWN", {})
      : failure("ENDPOINT_TIMED_OUT", { afterMs: endpoint.timeoutMs });
    this.end(this.verdict?.error ?? late);
  }

  /** Shortly before the deadline: what has a fallback takes it, and what only feeds such steps is given up. */
  private reachMargin(): void {
    this.isPastMargin = true;
    for (const step of this.bound.plan.steps) {
      if (!this.isOver && this.isGivenUp(step)) this.giveUp(step);
    }
  }

  private isGivenUp({ index, fallback, forEach, fallbackFor, isHard, phase }: PlannedStep): boolean {
    const state = this.states[index];
    if (phase === "response" && !this.hasAnswered) return false;
    if (state === done || state === replaced) return false;
    if (state === waiting && fallbackFor.length > 0) return false;
    if (forEach !== undefined) return !isHard || (fallback !== undefined && state === running);
    return !isHard || fallback !== undefined;
  }

  private giveUp({ index, fallback }: PlannedStep): void {
    const run = this.runs[index];
    if (run instanceof ItemRuns && fallback !== undefined) return run.giveUp(this.outOfTime());
    run?.cancel();
    this.runFailed(index, this.outOfTime());
  }

  private outOfTime(): OrchestratorError {
    const { endpoint, fallbackMarginMs } = this.bound.plan;
    return failure("SOURCE_TIMED_OUT", { afterMs: Math.round(endpoint.timeoutMs - fallbackMarginMs) });
  }

  /** When the steps of a phase are done, the next one begins; in the end the reply is there, or was sent. */
  private finishIfDone(): void {
    if (this.isStarting || this.isOver || this.isCommitting || this.verdict !== undefined) return;
    if (this.unsettled[this.phase]! > 0) return;
    if (this.phase > 0) return this.enterNextPhase();
    try {
      const result = respond(this.bound.plan, this.scope, this.isComplete, this.staleAgeMs);
      this.result = this.context.transaction === undefined ? result : withText(result);
    } catch (error) {
      return this.end(asOrchestratorError(error));
    }
    if (this.context.transaction === undefined) return this.enterNextPhase();
    this.isCommitting = true;
    this.hasWritten = true;
    void this.context.transaction.commit(() => this.committed());
  }

  private committed(): void {
    this.isCommitting = false;
    this.leavesWrites = true;
    this.bound.transaction!.purge();
    this.enterNextPhase();
  }

  private enterNextPhase(): void {
    const { plan, phaseOf, nextPhase, background } = this.bound;
    const next = nextPhase[this.phase];
    if (next === undefined) return this.end(undefined);
    this.phase = next;
    this.hasWritten = true;
    if (next === responsePhase) {
      background.enter(this);
      this.answer(undefined);
      this.extendTime();
    }
    const begun = plan.steps.filter(({ index }) => phaseOf[index] === next);
    for (const { index } of begun) this.counts[index]! -= 1;
    for (const { index } of begun) this.startIfReady(index);
    this.finishIfDone();
  }

  /** What runs after the reply has as long again as the endpoint had for it. */
  private extendTime(): void {
    const { plan, host } = this.bound;
    const { timeoutMs } = plan.endpoint;
    for (const stop of this.stopTimers) stop();
    const deadlineMs = host.clock.monotonicMs() + timeoutMs;
    this.isPastMargin = false;
    this.context = { ...this.context, deadlineMs, lateMs: deadlineMs };
    this.stopTimers = [host.clock.after(timeoutMs, () => this.reachDeadline())];
  }

  private transactionOf(begin: Begin, deadlineMs: number): TransactionRun {
    return new TransactionRun(
      () => begin(deadlineMs),
      (error) => this.loseTransaction(error),
    );
  }

  private loseTransaction(error: OrchestratorError): void {
    this.isUndone = error.code === "TRANSACTION_CONFLICT" && this.verdict === undefined;
    this.end(this.verdict?.error ?? error);
  }

  private end(error: OrchestratorError | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const stop of this.stopTimers) stop();
    if (error !== undefined) {
      if (this.hasAnswered) this.bound.background.failed(this.bound.plan.endpoint.id, error);
      this.cancelRuns(undefined);
      this.context.transaction?.rollBack();
      if (this.isCommitting) this.bound.transaction!.purge();
    }
    this.events?.ended(this.isComplete, error);
    this.answer(error);
    if (this.phase === responsePhase) this.bound.background.leave(this);
  }

  private answer(error: OrchestratorError | undefined): void {
    if (this.hasAnswered) return;
    this.hasAnswered = true;
    const result = error === undefined ? this.completed() : undefined;
    const left = this.leaving(error);
    if (!this.hasStarted || error !== undefined) queueMicrotask(() => this.tell(error, result, left));
    else this.tell(error, result, left);
  }

  private leaving(error: OrchestratorError | undefined): Leaving {
    if (error === undefined) return "written";
    if (unknownEnds.has(error.code)) return "unknown";
    if (!this.leavesWrites) return "nothing";
    return error.code === "ENDPOINT_TIMED_OUT" ? "unknown" : "written";
  }

  private completed(): ExecutionResult {
    const result = this.result!;
    return result.isComplete === this.isComplete ? result : { ...result, isComplete: this.isComplete };
  }

  private cancelRuns(except: ReadonlySet<number> | undefined): void {
    for (const { index, name } of this.bound.plan.steps) {
      if (this.states[index] !== running || except?.has(index) === true) continue;
      this.states[index] = done;
      this.runs[index]?.cancel();
      if (this.startedMs !== undefined) this.measure(index, "cancelled");
      this.events?.stepCancelled(name);
    }
  }

  private measure(index: number, status: StepStatus | "cancelled"): void {
    const startedMs = this.startedMs![index];
    const durationMs = startedMs === undefined ? undefined : this.bound.host.clock.monotonicMs() - startedMs;
    this.bound.meters![index]!.ended(status, durationMs);
  }
}
