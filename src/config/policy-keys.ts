import {
  either,
  list,
  object,
  optional,
  required,
  withDefault,
  type ObjectOf,
} from "../schema/composites.js";
import { boolean, duration, enumeration, integer, orFalse, percentage, text } from "../schema/scalars.js";
import { mapped } from "../schema/schema.js";
import { cache, type CachePolicy } from "./cache-keys.js";

/** How a call is made, whatever its source: resolved from step, operation, source and defaults, in that order. */
export interface CallPolicy {
  /** Of one attempt; `undefined` leaves it to the endpoint's deadline. */
  readonly attemptTimeoutMs: number | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly hedge: HedgePolicy | undefined;
  readonly breaker: BreakerPolicy | undefined;
  readonly bulkhead: BulkheadPolicy | undefined;
  readonly cache: CachePolicy | undefined;
  /** Whether equal reads in flight are one call, whichever requests they are for. */
  readonly dedupe: boolean;
  /** Tags that a write purges. */
  readonly invalidates: readonly string[];
}

export interface RetryPolicy {
  /** The first attempt counts. */
  readonly attempts: number;
  readonly when: readonly RetryReason[];
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** The share of a source's calls that may be repeats. */
  readonly budget: number;
}

export interface HedgePolicy {
  /** Milliseconds, or the live 95th percentile. */
  readonly after: number | "p95";
  /** The share of calls that may be made twice. */
  readonly budget: number;
}

/** A limit that an operation writes is its own; those of a source hold for all of its operations together. */
export interface Owned {
  readonly isOperations: boolean;
}

export interface BreakerPolicy extends Owned {
  /** The share of calls that must fail, from 0 to 1. */
  readonly errorRate: number;
  readonly windowMs: number;
  readonly minCalls: number;
  readonly openForMs: number;
  readonly probes: number;
}

export interface BulkheadPolicy extends Owned {
  readonly maxConcurrency: number;
  readonly maxQueue: number;
}

export type RetryReason = "connect" | "reset" | "timeout" | "5xx" | number;

const reasons = ["connect", "reset", "timeout", "5xx"] as const;
const reason = either<RetryReason, RetryReason>(
  (tree) => tree.kind === "scalar" && typeof tree.value === "number",
  integer({ min: 400, max: 599 }),
  enumeration(reasons),
);
const defaultReasons: readonly RetryReason[] = ["connect", "reset", "timeout", 502, 503, 504];

const backoff = mapped(
  object({
    base: withDefault(
      duration(),
      50,
      "The upper bound of the first wait; it doubles with each attempt.",
      "50ms",
    ),
    max: withDefault(duration(), 1_000, "The longest wait.", "1s"),
  }),
  ({ base, max }) => ({ baseMs: base, maxMs: max }),
);

export const retry = object({
  attempts: required(integer({ min: 1, max: 10 }), "How often a call is tried, the first time included."),
  when: withDefault(
    list(reason),
    defaultReasons,
    "After which failures: `connect`, `reset`, `timeout`, `5xx`, or a status.",
  ),
  backoff: withDefault(
    backoff,
    { baseMs: 50, maxMs: 1_000 },
    "The wait between two attempts: random, up to a bound that doubles.",
    "base 50ms, max 1s",
  ),
  budget: withDefault(
    percentage(),
    0.2,
    "The share of a source's calls that may be repeats; 10 a second always may.",
    "20%",
  ),
});

const hedge = object({
  after: required(
    either<"p95", number>(
      (tree) => tree.kind === "scalar" && tree.value === "p95",
      enumeration(["p95"]),
      duration(),
    ),
    "When the second call is made: after a time, or `p95`, the time in which 95 of 100 calls end.",
  ),
  budget: withDefault(percentage(), 0.1, "The share of calls that may be made twice.", "10%"),
});

const circuitBreaker = object({
  error_rate: withDefault(percentage(), 0.5, "The share of calls whose failure opens it.", "50%"),
  window: withDefault(duration(), 10_000, "Over how long the calls are counted.", "10s"),
  min_calls: withDefault(integer({ min: 1 }), 20, "With fewer calls in the window it stays closed."),
  open_for: withDefault(duration(), 5_000, "How long calls then fail at once.", "5s"),
  probes: withDefault(integer({ min: 1, max: 100 }), 3, "How many calls must then succeed for it to close."),
});

/** The keys that every kind of operation has, whatever its source. */
export const operationPolicyKeys = {
  timeout: optional(duration(), "The longest time one attempt may take.", "that of the source"),
  retry: optional(retry, "When and how often a failed call is repeated.", "none"),
  hedge: optional(hedge, "A read that is slow is asked a second time; the first answer counts.", "none"),
  circuit_breaker: optional(
    circuitBreaker,
    "Stops calling a source that fails: calls end with 503 at once, until probes succeed.",
    "none",
  ),
  max_concurrency: optional(integer({ min: 1, max: 100_000 }), "How many calls run at a time.", "no limit"),
  max_queue: optional(
    integer({ min: 0, max: 1_000_000 }),
    "With `max_concurrency`: how many more calls may wait; beyond them 503.",
    "as many as `max_concurrency`",
  ),
  cache: optional(orFalse(cache), "Keeps the values of reads for a time; `false` turns it off.", "none"),
  dedupe: optional(boolean(), "Whether equal reads in flight, of whatever requests, are one call.", "false"),
  invalidates: optional(list(text("a tag")), "Tags of kept values that a write makes worthless.", "none"),
};

/** The keys that every kind of source has. */
export const sourcePolicyKeys = {
  ...operationPolicyKeys,
  timeout: optional(duration(), "The longest time one attempt may take.", "the endpoint's"),
  required_for_readiness: withDefault(
    boolean(),
    false,
    "Whether `/readyz` fails while this source cannot be reached.",
  ),
};
export type OperationPolicyKeys = ObjectOf<typeof operationPolicyKeys>;
export type SourcePolicyKeys = ObjectOf<typeof sourcePolicyKeys>;
