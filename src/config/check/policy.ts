import type { Report } from "../../problems/report.js";
import type { Tree } from "../../schema/tree.js";
import type { Effect } from "../../contracts/source.js";
import type { StepFile } from "../domain-file.js";
import type { BreakerPolicy, BulkheadPolicy, CallPolicy, OperationPolicyKeys } from "../policy-keys.js";

/**
 * How an operation is called: the nearest that says something holds. `operation` is what it says itself, where its
 * kind has operations; `around` its source and the defaults of the file.
 */
export function policyOf(
  operation: OperationPolicyKeys | undefined,
  around: readonly OperationPolicyKeys[],
): CallPolicy {
  const levels = operation === undefined ? around : [operation, ...around];
  return {
    attemptTimeoutMs: levels.find((keys) => keys.timeout !== undefined)?.timeout,
    retry: levels.find((keys) => keys.retry !== undefined)?.retry,
    hedge: levels.find((keys) => keys.hedge !== undefined)?.hedge,
    breaker: breakerOf(operation, levels),
    bulkhead: bulkheadOf(operation, levels),
    cache: levels.find((keys) => keys.cache !== undefined)?.cache || undefined,
    dedupe: levels.find((keys) => keys.dedupe !== undefined)?.dedupe ?? false,
    invalidates: levels.find((keys) => keys.invalidates !== undefined)?.invalidates ?? [],
  };
}

function breakerOf(
  operation: OperationPolicyKeys | undefined,
  levels: readonly OperationPolicyKeys[],
): BreakerPolicy | undefined {
  const level = levels.find((keys) => keys.circuit_breaker !== undefined);
  if (level?.circuit_breaker === undefined) return undefined;
  const { error_rate, window, min_calls, open_for, probes } = level.circuit_breaker;
  return {
    errorRate: error_rate,
    windowMs: window,
    minCalls: min_calls,
    openForMs: open_for,
    probes,
    isOperations: level === operation,
  };
}

function bulkheadOf(
  operation: OperationPolicyKeys | undefined,
  levels: readonly OperationPolicyKeys[],
): BulkheadPolicy | undefined {
  const level = levels.find((keys) => keys.max_concurrency !== undefined);
  if (level?.max_concurrency === undefined) return undefined;
  const { max_concurrency, max_queue } = level;
  return {
    maxConcurrency: max_concurrency,
    maxQueue: max_queue ?? max_concurrency,
    isOperations: level === operation,
  };
}

/** What a step says itself wins over its operation. */
export function stepPolicy(
  policy: CallPolicy,
  { retry, cache, dedupe }: Pick<StepFile, "retry" | "cache" | "dedupe">,
): CallPolicy {
  return {
    ...policy,
    retry: retry ?? policy.retry,
    cache: cache === undefined ? policy.cache : cache || undefined,
    dedupe: dedupe ?? policy.dedupe,
  };
}

const keysOf: Readonly<Record<Effect, readonly string[]>> = {
  read: ["hedge", "cache", "dedupe"],
  write: ["invalidates"],
};

/** Reports keys of an operation that only one with the other effect can have. */
export function refuseEffectKeys(tree: Tree, effect: Effect, report: Report): void {
  if (tree.kind !== "mapping") return;
  const other = effect === "read" ? "write" : "read";
  for (const key of keysOf[other]) {
    const entry = tree.entries.get(key);
    const reason = `\`${key}\` is for an operation that ${other}s, and this one ${effect}s.`;
    if (entry !== undefined) report.add("CONFIG_VALUE_INVALID", { reason }, entry.keyLocation);
  }
}

/** Reports `max_queue` where it queues for nothing. */
export function refuseLoneQueue(tree: Tree, report: Report): void {
  if (tree.kind !== "mapping" || tree.entries.has("max_concurrency")) return;
  const entry = tree.entries.get("max_queue");
  if (entry !== undefined) report.add("CONFIG_KEY_MISSING", { key: "max_concurrency" }, entry.keyLocation);
}
