import type { Cancellable } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { phases } from "../../plan/phases.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { BatchTable } from "../calls/batch.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import { Deadline, type DeadlineOwner } from "./deadline.js";
import { ExecutionEvents } from "./execution-events.js";
import type { ExecutionInput, ExecutionResult, SettleExecution } from "./execution-input.js";
import { executionScope, surroundingsOf } from "./execution-scope.js";
import { withDeadlineOf, type FlightContext } from "../calls/flights.js";
import { Guards } from "./guards.js";
import { JoinTable } from "../calls/join.js";
import { respond, withText } from "./respond.js";
import { Schedule, type ScheduleOwner } from "./schedule.js";
import { StepRecord } from "./step-record.js";
import { StepResults } from "./step-results.js";
import { TransactionRun } from "./transaction-run.js";
import type { Verdict } from "./verdict.js";
import { Writes } from "./writes.js";

const responsePhase = phases.indexOf("response");

/**
 * One run of an endpoint, from its request to its reply and what follows it: its steps, the guards that may end it, its
 * deadline, and its transaction.
 */
export class Execution implements ScheduleOwner, DeadlineOwner, Cancellable {
  private readonly bound: BoundPlan;
  private readonly tell: SettleExecution;
  private readonly events: ExecutionEvents | undefined;
  private readonly deadline: Deadline;
  private readonly results: StepResults;
  private readonly schedule: Schedule;
  private readonly guards: Guards;
  private readonly transaction: TransactionRun | undefined;
  private readonly writes = new Writes();
  private phase = 0;
  private isStarting = true;
  private hasStarted = false;
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
    const { listener, trace } = input;
    const startMs = clock.monotonicMs();
    const timeoutMs = endsAtMs === undefined ? plan.endpoint.timeoutMs : Math.max(0, endsAtMs - startMs);
    const deadlineMs = startMs + timeoutMs;
    const surroundings = surroundingsOf(environment, input, clock.nowMs());
    const scope = executionScope(bound, input, surroundings);
    this.bound = bound;
    this.tell = tell;
    this.events = listener && new ExecutionEvents(listener, input, plan.endpoint.id, clock);
    this.transaction = this.transactionUntil(deadlineMs);
    const context = {
      deadlineMs,
      lateMs: deadlineMs - plan.fallbackMarginMs,
      surroundings,
      joins: new JoinTable(),
      batches: new BatchTable(),
      onAttempt: undefined,
      caller: input.caller,
      meta: (scope["meta"] ?? undefined) as JsonObject | undefined,
      transaction: this.transaction,
      trace: trace?.headers,
    };
    const isRecorded = this.events !== undefined || bound.meters !== undefined;
    this.results = new StepResults(plan, scope);
    this.guards = new Guards(bound, this.results);
    this.schedule = new Schedule(
      bound,
      this.results,
      shared === undefined ? context : withDeadlineOf(shared, context),
      this,
      isRecorded ? new StepRecord(bound, this.events, trace) : undefined,
    );
    this.deadline = new Deadline(clock, this, shared);
    this.deadline.start(timeoutMs, bound.givesUpEarly ? plan.fallbackMarginMs : undefined);
  }

  /** Starts everything that waits for nothing. The outcome is told later than this returns. */
  start(): void {
    this.events?.started();
    for (const { index } of this.bound.plan.guards) this.decideIfDue(index);
    this.schedule.start();
    this.isStarting = false;
    this.advanced();
    this.hasStarted = true;
  }

  /** The caller hung up. Once a write has begun that cannot be undone, the plan runs to its end all the same. */
  cancel(): void {
    if (!this.writes.isPastRecall) this.end(failure("REQUEST_CANCELLED", {}));
  }

  writeStarts(): void {
    this.writes.begin();
  }

  stepEnded(index: number): void {
    for (const guard of this.bound.guardUsers[index]!) {
      this.guards.countDown(guard);
      this.decideIfDue(guard);
    }
  }

  requestFails(index: number, error: OrchestratorError): void {
    this.guards.noteFailed(index);
    this.reach(this.guards.verdict ?? { error, guard: undefined });
  }

  /** When the steps of a phase are done, the next one begins; in the end the reply is there, or was sent. */
  advanced(): void {
    const { schedule, guards, writes } = this;
    if (this.isStarting || schedule.isOver || writes.isCommitting || guards.verdict !== undefined) return;
    if (!schedule.isDone(this.phase)) return;
    if (this.phase > 0) return this.enterNextPhase();
    try {
      const result = respond(this.bound.plan, this.results);
      this.result = this.transaction === undefined ? result : withText(result);
    } catch (error) {
      return this.end(asOrchestratorError(error));
    }
    if (this.transaction === undefined) return this.enterNextPhase();
    writes.commit();
    void this.transaction.commit(() => this.committed());
  }

  reachMargin(): void {
    this.schedule.reachMargin();
  }

  reachDeadline(): void {
    const { timeoutMs } = this.bound.plan.endpoint;
    const late =
      this.writes.isCommitting || this.schedule.isWriting
        ? failure("WRITE_OUTCOME_UNKNOWN", {})
        : failure("ENDPOINT_TIMED_OUT", { afterMs: timeoutMs });
    this.end(this.guards.verdict?.error ?? late);
  }

  private decideIfDue(guard: number): void {
    if (this.schedule.isOver || !this.guards.isDue(guard)) return;
    const verdict = this.guards.decide(guard);
    if (verdict !== undefined) return this.reach(verdict);
    const stopped = this.bound.guardStops[guard]!;
    this.schedule.countDown(stopped);
    if (this.guards.verdict !== undefined) this.reach(this.guards.verdict);
    this.schedule.startReady(stopped);
  }

  /** The request is to end with this verdict, or with one that came before it, once no guard is left that comes first. */
  private reach(found: Verdict): void {
    const awaited = this.guards.awaitedBy(found);
    if (awaited.length === 0) return this.end(this.guards.verdict!.error);
    this.schedule.restrictTo(new Set(awaited.flatMap(({ leadsTo }) => [...leadsTo])));
  }

  private committed(): void {
    this.writes.committed();
    this.bound.transaction!.purge();
    this.enterNextPhase();
  }

  private enterNextPhase(): void {
    const next = this.bound.nextPhase[this.phase];
    if (next === undefined) return this.end(undefined);
    this.phase = next;
    this.writes.isPastRecall = true;
    if (next === responsePhase) this.goOnAfterReply();
    this.schedule.beginPhase(next);
    this.advanced();
  }

  /** What runs after the reply has as long again as the endpoint had for it. */
  private goOnAfterReply(): void {
    const { background, host, plan } = this.bound;
    const { timeoutMs } = plan.endpoint;
    background.enter(this);
    this.answer(undefined);
    this.schedule.goOnAfterReply(host.clock.monotonicMs() + timeoutMs);
    this.deadline.start(timeoutMs, undefined);
  }

  private transactionUntil(deadlineMs: number): TransactionRun | undefined {
    const { transaction } = this.bound;
    if (transaction === undefined) return undefined;
    return new TransactionRun(
      () => transaction.begin(deadlineMs),
      (error) => this.loseTransaction(error),
    );
  }

  private loseTransaction(error: OrchestratorError): void {
    const { verdict } = this.guards;
    this.isUndone = error.code === "TRANSACTION_CONFLICT" && verdict === undefined;
    this.end(verdict?.error ?? error);
  }

  private end(error: OrchestratorError | undefined): void {
    const { bound, schedule } = this;
    if (schedule.isOver) return;
    this.deadline.stop();
    if (error === undefined) schedule.close();
    else {
      schedule.cancel();
      if (this.hasAnswered) bound.background.failed(bound.plan.endpoint.id, error);
      this.transaction?.rollBack();
      if (this.writes.isCommitting) bound.transaction!.purge();
    }
    this.events?.ended(this.results.isComplete, error);
    this.answer(error);
    if (this.phase === responsePhase) bound.background.leave(this);
  }

  private answer(error: OrchestratorError | undefined): void {
    if (this.hasAnswered) return;
    this.hasAnswered = true;
    const result = error === undefined ? this.completed() : undefined;
    const left = this.writes.leftBy(error);
    if (!this.hasStarted || error !== undefined) queueMicrotask(() => this.tell(error, result, left));
    else this.tell(error, result, left);
  }

  private completed(): ExecutionResult {
    const result = this.result!;
    const { isComplete } = this.results;
    return result.isComplete === isComplete ? result : { ...result, isComplete };
  }
}
