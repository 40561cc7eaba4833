import { either, list, mapping, object, optional, required, withDefault } from "../schema/composites.js";
import { expression } from "../schema/formula.js";
import { duration, enumeration, located, number, pattern, text } from "../schema/scalars.js";
import type { Infer } from "../schema/schema.js";
import type { Tree } from "../schema/tree.js";
import { written } from "../schema/written.js";

const isMapping = (tree: Tree) => tree.kind === "mapping";

const operation = optional(
  located(text("the name of an operation")),
  "The operation that is called.",
  "the only one of its source, where its kind can tell",
);
const sourceId = optional(located(text()), "The source of the operation.", "the step's");

const arm = object({
  operation,
  source_id: sourceId,
  weight: required(number({ min: 0 }), "Its share of the calls is this by the sum of all weights."),
});

const compare = either<ReadonlyMap<string, number>, "exact">(
  isMapping,
  mapping(number({ min: 0 })),
  enumeration(["exact"]),
);

const shadow = object({
  operation,
  source_id: sourceId,
  percent: withDefault(number({ min: 0, max: 100 }), 100, "How many of 100 calls are sent to it too."),
  timeout: withDefault(duration(), 5_000, "How long its answer is waited for.", "5s"),
  compare: withDefault(
    compare,
    "exact",
    "When its value agrees with that of the arm: `exact`, or how far each named field may differ.",
  ),
});

/** `traffic` of a step: which of several operations is called, and which are asked beside it. */
export const trafficFile = object({
  sticky_by: optional(
    expression("traffic"),
    "Calls with the same value go to the same arm, as long as the weights allow.",
    "at random",
  ),
  header: optional(
    located(pattern(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "the name of a header")),
    "A header in which a caller with one of `roles` may name the arm.",
    "none",
  ),
  roles: optional(
    located(list(text("a role"))),
    "Who may name the arm in `header`: callers with one of them.",
  ),
  arms: withDefault(
    list(written(arm)),
    [],
    "The operations that share the calls.",
    "the step's `operation` alone",
  ),
  shadow: withDefault(
    list(written(shadow)),
    [],
    "Operations that get a copy of some calls; nobody waits for their answers.",
    "none",
  ),
});

export type TrafficFile = Infer<typeof trafficFile>;
