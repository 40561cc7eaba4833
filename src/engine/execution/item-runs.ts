import type { Cancellable, SourceReply } from "../../contracts/source.js";
import { isJsonList, type JsonValue } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { PlannedStep } from "../../plan/plan.js";
import { itemScope, type ExecutionScope } from "./execution-scope.js";
import type { EngineContext, RunCall } from "../calls/run-call.js";
import { SingleRun, type RunOwner } from "./single-run.js";
import { metaOf, staleAgeOf, statusOf } from "./step-meta.js";

/** What the answers of the items were, beside their values. */
export interface ItemsOutcome {
  readonly usedFallback: boolean;
  /** Of the oldest stale value, in milliseconds; 0 where none was stale. */
  readonly staleAgeMs: number;
}

/** Who is told of a step that runs once for each item. */
export interface ItemsOwner {
  writeStarts(isInTransaction: boolean): void;
  itemsSucceeded(
    number: number,
    values: readonly JsonValue[],
    items: readonly JsonValue[],
    outcome: ItemsOutcome,
  ): void;
  runFailed(number: number, error: OrchestratorError): void;
}

/** The items of a `for_each`: reads so many at a time, writes one by one. Results keep the order of the list. */
export class ItemRuns implements RunOwner, Cancellable {
  private readonly planned: PlannedStep;
  private readonly call: RunCall | undefined;
  private readonly scope: ExecutionScope;
  private readonly context: EngineContext;
  private readonly owner: ItemsOwner;
  private items: readonly JsonValue[] = [];
  private readonly values: JsonValue[] = [];
  private readonly metas: JsonValue[] = [];
  private readonly running = new Map<number, Cancellable>();
  private next = 0;
  private settled = 0;
  private isOver = false;
  private isFilling = false;
  private usedFallback = false;
  private staleAgeMs = 0;

  constructor(
    planned: PlannedStep,
    call: RunCall | undefined,
    scope: ExecutionScope,
    context: EngineContext,
    owner: ItemsOwner,
  ) {
    this.planned = planned;
    this.call = call;
    this.scope = scope;
    this.context = context;
    this.owner = owner;
  }

  start(): void {
    const { list, maxItems, isCallersOwn } = this.planned.forEach!;
    const items = list(this.scope) ?? [];
    if (!isJsonList(items)) throw failure("LIST_EXPECTED", {}, { callersOwn: isCallersOwn });
    if (items.length > maxItems) {
      throw failure("TOO_MANY_ITEMS", { limit: maxItems, found: items.length }, { callersOwn: isCallersOwn });
    }
    this.items = items;
    this.fill();
  }

  cancel(): void {
    this.isOver = true;
    for (const run of this.running.values()) run.cancel();
    this.running.clear();
  }

  /** Ends the wait for the items that are not done: each gets its fallback. */
  giveUp(error: OrchestratorError): void {
    for (const run of this.running.values()) run.cancel();
    const open = [...this.running.keys()];
    this.running.clear();
    while (this.next < this.items.length) open.push(this.next++);
    for (const number of open) this.runFailed(number, error);
  }

  writeStarts(isInTransaction: boolean): void {
    this.owner.writeStarts(isInTransaction);
  }

  runSucceeded(number: number, value: JsonValue, reply: SourceReply | undefined): void {
    if (reply?.isFallback === true) this.usedFallback = true;
    this.staleAgeMs = Math.max(this.staleAgeMs, staleAgeOf(reply));
    this.settleItem(number, value, this.metaOf(statusOf(reply), undefined, reply));
  }

  runFailed(number: number, error: OrchestratorError): void {
    if (this.isOver) return;
    const { fallback } = this.planned;
    if (fallback?.kind !== "value") return this.failAll(error);
    this.usedFallback = true;
    try {
      const value = fallback.evaluate(itemScope(this.scope, this.items[number]!, number));
      this.settleItem(number, value, this.metaOf("fallback", error, undefined));
    } catch {
      this.failAll(error);
    }
  }

  private fill(): void {
    if (this.isFilling) return;
    this.isFilling = true;
    const { atOnce } = this.planned.forEach!;
    while (!this.isOver && this.running.size < atOnce && this.next < this.items.length)
      this.startItem(this.next++);
    this.isFilling = false;
    if (!this.isOver && this.settled === this.items.length) {
      this.isOver = true;
      const { usedFallback, staleAgeMs } = this;
      this.owner.itemsSucceeded(this.planned.index, this.values, this.metas, { usedFallback, staleAgeMs });
    }
  }

  private startItem(number: number): void {
    const scope = itemScope(this.scope, this.items[number]!, number);
    const run = new SingleRun(this.planned, this.call, scope, this, number);
    this.running.set(number, run);
    if (this.planned.condition !== undefined && !this.planned.condition(scope)) {
      return this.settleItem(number, null, this.metaOf("skipped", undefined, undefined));
    }
    run.start(this.context);
  }

  /** Worked out only where some expression reads it. */
  private metaOf(...facts: Parameters<typeof metaOf>): JsonValue {
    return this.planned.keepsMeta ? metaOf(...facts) : null;
  }

  private settleItem(number: number, value: JsonValue, meta: JsonValue): void {
    if (this.isOver) return;
    this.running.delete(number);
    this.values[number] = value;
    this.metas[number] = meta;
    this.settled += 1;
    this.fill();
  }

  private failAll(error: OrchestratorError): void {
    this.cancel();
    this.owner.runFailed(this.planned.index, error);
  }
}
