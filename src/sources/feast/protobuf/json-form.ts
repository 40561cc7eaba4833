import type { JsonValue } from "../../../expression/value.js";
import type { ValueForm } from "./decode-value.js";

const smallest = -(2n ** 63n);

/** Values of steps: integers beyond 2^53 are text, what is not finite is null, bytes are base64, times are seconds. */
export const jsonForm: ValueForm<JsonValue> = {
  nothing: null,
  text: (value) => value,
  integer: (value) => (typeof value === "bigint" ? String(value) : value),
  seconds: (value) => (value === smallest ? null : typeof value === "bigint" ? String(value) : value),
  float: (value) => (Number.isFinite(value) ? value : null),
  boolean: (value) => value,
  bytes: (value) => value.toString("base64"),
  list: (items) => items,
  object: (entries) => Object.fromEntries(entries),
  pairs: (entries) => entries.map(([key, value]) => [key, value]),
};
