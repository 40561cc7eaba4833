import type { ObjectOf } from "../schema/composites.js";
import { optional } from "../schema/composites.js";
import { orFalse } from "../schema/scalars.js";
import { accessKeys } from "./access.js";
import { limitedBy, rateLimit } from "./rate-limit.js";

/** What a source that serves by itself may ask of its callers. */
export const exposureKeys = {
  ...accessKeys,
  rate_limit: optional(
    orFalse(rateLimit(limitedBy)),
    "How many requests it answers, beside the limit of config.yaml; `false`: neither holds.",
    "that of config.yaml",
  ),
};

export type Exposure = Partial<ObjectOf<typeof exposureKeys>>;
