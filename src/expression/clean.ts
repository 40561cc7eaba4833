import { isJsonList, type JsonObject, type JsonValue } from "./value.js";
import { spend, spendText, stopDepth, valueDepthLimit } from "./work.js";

/**
 * A value as it may leave an expression: numbers that are not finite are null, in depth. Counts every part, so that a
 * value whose shared parts would be endless when written out stops here.
 */
export function clean(value: JsonValue): JsonValue {
  return isClean(value, 0) ? value : cleanCopy(value, 0);
}

/** A scalar as it may leave. */
export function cleanScalar(value: JsonValue): JsonValue {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function isClean(value: JsonValue, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string") spendText(value.length);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= valueDepthLimit) stopDepth();
  if (isJsonList(value)) {
    spend(1 + value.length);
    for (let index = 0; index < value.length; index++) {
      if (!isClean(value[index]!, depth + 1)) return false;
    }
    return true;
  }
  return isCleanObject(value as JsonObject, depth + 1);
}

/** `for in` is several times faster than Object.keys; a key of a prototype would only be looked at in vain. */
function isCleanObject(object: JsonObject, depth: number): boolean {
  let count = 1;
  for (const key in object) {
    count++;
    if (key.length > 64) spendText(key.length);
    const value = object[key]!;
    if (typeof value === "number" ? !Number.isFinite(value) : !isClean(value, depth)) return false;
  }
  spend(count);
  return true;
}

function cleanCopy(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== "object" || value === null) return cleanScalar(value);
  if (depth >= valueDepthLimit) stopDepth();
  if (isJsonList(value)) {
    spend(1 + value.length);
    return value.map((item) => cleanCopy(item, depth + 1));
  }
  const entries = Object.entries(value as JsonObject);
  spend(1 + entries.length);
  return Object.fromEntries(entries.map(([key, field]) => [key, cleanCopy(field, depth + 1)]));
}
