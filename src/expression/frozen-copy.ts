import { setOwn } from "./operators.js";
import { isJsonList, type JsonValue } from "./value.js";

/** A copy of a value that nobody can change, so that many results can share it. */
export function frozenCopy(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (isJsonList(value)) return Object.freeze(value.map(frozenCopy));
  const copy: Record<string, JsonValue> = {};
  for (const [key, field] of Object.entries(value)) setOwn(copy, key, frozenCopy(field));
  return Object.freeze(copy);
}
