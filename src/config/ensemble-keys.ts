import { combineRules } from "../contracts/source.js";
import { list, object, optional, required, withDefault } from "../schema/composites.js";
import { boolean, enumeration, located, number, text } from "../schema/scalars.js";
import type { Infer } from "../schema/schema.js";
import { written } from "../schema/written.js";

const member = object({
  operation: optional(located(text("the name of a model")), "The model.", "the only one of its source"),
  source_id: optional(located(text()), "Its source.", "the step's"),
  weight: withDefault(
    number({ min: 0 }),
    1,
    "How much it counts for `weighted_mean`, and in a vote that is even.",
  ),
  required: withDefault(
    boolean(),
    false,
    "Whether the step fails with it; else it is left out where it fails.",
  ),
});

/** `ensemble` of a step: several models are asked the same, and their answers become one. */
export const ensembleFile = object({
  members: required(list(written(member)), "The models that are asked, all at a time."),
  combine: withDefault(enumeration(combineRules), "mean", "How their answers become one."),
});

export type EnsembleFile = Infer<typeof ensembleFile>;
