import { object, optional, required } from "../schema/composites.js";
import { enumeration, integer, located, text } from "../schema/scalars.js";
import { written } from "../schema/written.js";

const retry = object({
  attempts: required(
    integer({ min: 1, max: 10 }),
    "How often the whole transaction is tried, the first time included.",
  ),
});

/** `transaction` of an endpoint. */
export const transaction = object({
  source: optional(
    located(text()),
    "The source: each step that asks it is in the transaction.",
    "`default`, else the only one",
  ),
  isolation: optional(
    enumeration(["read_committed", "repeatable_read", "serializable"]),
    "How much it sees of other transactions.",
    "the database's",
  ),
  retry: optional(
    written(retry),
    "Repeats the whole transaction after a deadlock or a serialisation failure.",
    "none",
  ),
});
