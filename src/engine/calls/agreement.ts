import { isDeepStrictEqual } from "node:util";
import type { TrafficShadow } from "../../config/model.js";
import { isJsonObject, type JsonValue } from "../../expression/value.js";

/** Whether two values are, as far as a shadow is compared, the same. */
export type Agree = (first: JsonValue, other: JsonValue) => boolean;

/** `unlike` are fields that tell who answered, in which two operations always differ. */
export function agreement(compare: TrafficShadow["compare"], unlike: readonly string[]): Agree {
  if (compare !== "exact") {
    const fields = [...compare].map(([name, tolerance]) => ({ path: name.split("."), tolerance }));
    return (first, other) =>
      fields.every(({ path, tolerance }) => isNear(fieldOf(first, path), fieldOf(other, path), tolerance));
  }
  if (unlike.length === 0) return isDeepStrictEqual;
  const rest = (value: JsonValue) => without(value, unlike);
  return (first, other) => isDeepStrictEqual(rest(first), rest(other));
}

function fieldOf(value: JsonValue, path: readonly string[]): JsonValue {
  return path.reduce<JsonValue>(
    (inner, name) => (isJsonObject(inner) && Object.hasOwn(inner, name) ? inner[name]! : null),
    value,
  );
}

function isNear(first: JsonValue, other: JsonValue, tolerance: number): boolean {
  if (typeof first === "number" && typeof other === "number") return Math.abs(first - other) <= tolerance;
  return isDeepStrictEqual(first, other);
}

function without(value: JsonValue, names: readonly string[]): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
