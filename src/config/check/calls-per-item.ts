import { isInTransaction } from "../in-transaction.js";
import type { CallStep, EndpointTransaction } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import type { CheckedStep } from "./check-step.js";

/**
 * A read of one thing for each item could be one read of all of them, but not in a transaction, where each call is
 * made by itself. Who writes `max_concurrency` has thought of it.
 */
export function noteCallsPerItem(
  checked: readonly CheckedStep[],
  transaction: EndpointTransaction | undefined,
  { report }: ProjectContext,
): void {
  for (const { step, file } of checked) {
    if (step.kind === "value" || step.forEach === undefined || step.effect === "write") continue;
    if (file.max_concurrency !== undefined || isInTransaction(step, transaction)) continue;
    const { batchAdvice: advice } = step.call;
    if (advice === undefined || !usesItem(step)) continue;
    report.add("CALLS_PER_ITEM", { operation: step.operationName, advice }, step.forEach.list.location);
  }
}

function usesItem({ parameters }: CallStep): boolean {
  return [...parameters.values()].some(({ references }) =>
    references.some(({ reference }) => reference.root === "item"),
  );
}
