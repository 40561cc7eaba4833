import type { CacheStore } from "../../contracts/cache-store.js";
import type { Transaction } from "../../contracts/source.js";
import type { EndpointPlan, PlannedStep } from "../../plan/plan.js";
import type { OpenedSources } from "./binding.js";

/** The transaction of an endpoint, bound to its source. */
export interface BoundTransaction {
  readonly begin: Begin;
  readonly attempts: number;
  /** What others kept of the values that it changed is worthless from then on. */
  readonly purge: () => void;
}

export type Begin = (deadlineMs: number) => Promise<Transaction>;

export function bindTransaction(
  { transaction, steps }: EndpointPlan,
  sources: OpenedSources,
  cache: CacheStore,
): BoundTransaction | undefined {
  if (transaction === undefined) return undefined;
  const { source, isolation, attempts } = transaction;
  const opened = sources.get(source.id);
  if (opened?.begin === undefined) throw new Error(`The source ${source.id} has no transactions.`);
  const tags = [...new Set(steps.flatMap(tagsOf))];
  return {
    begin: (deadlineMs) => opened.begin!({ isolation, deadlineMs }),
    attempts,
    purge: tags.length === 0 ? () => undefined : () => void cache.purge(tags),
  };
}

function tagsOf({ step, transaction }: PlannedStep): readonly string[] {
  const isWrite = step.kind === "call" && step.effect === "write" && transaction !== undefined;
  return isWrite ? step.policy.invalidates : [];
}
