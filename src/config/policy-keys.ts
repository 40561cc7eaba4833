import {
  either,
  list,
  object,
  optional,
  required,
  withDefault,
  type ObjectOf,
} from "../schema/composites.js";
import { boolean, duration, enumeration, integer } from "../schema/scalars.js";
import { mapped } from "../schema/schema.js";

/** How a call is made, whatever its source: resolved from step, operation, source and defaults, in that order. */
export interface CallPolicy {
  /** Of one attempt; `undefined` leaves it to the endpoint's deadline. */
  readonly attemptTimeoutMs: number | undefined;
  readonly retry: RetryPolicy | undefined;
}

export interface RetryPolicy {
  /** The first attempt counts. */
  readonly attempts: number;
  readonly when: readonly RetryReason[];
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
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

export const retry = object(
  {
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
  },
  { planned: ["budget"] },
);

/** Documented keys of every source, operation and step that have no effect yet. */
const plannedPolicies = ["hedge", "circuit_breaker", "max_concurrency", "max_queue", "cache", "dedupe"];

/** The keys that every kind of operation has, whatever its source. */
export const operationPolicyKeys = {
  timeout: optional(duration(), "The longest time one attempt may take.", "that of the source"),
  retry: optional(retry, "When and how often a failed call is repeated.", "none"),
};
export const operationPolicyOptions = { planned: plannedPolicies };

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
