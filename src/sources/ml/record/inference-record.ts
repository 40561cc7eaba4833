import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";

/** The fields of a record, in their order: also the columns of a table. */
export const recordFields = [
  ...(["time", "execution_id", "endpoint", "step", "source", "model", "version", "arm"] as const),
  ...(["shadow", "inputs", "feature_times", "output", "duration_ms", "error"] as const),
];

/** What is recorded of one call of a model. */
export type InferenceRecord = Readonly<Record<(typeof recordFields)[number], JsonValue>>;

/** The value, with what stands under one of the names hidden, at whatever depth. */
export function redacted(value: JsonValue, names: ReadonlySet<string>): JsonValue {
  if (names.size === 0) return value;
  if (isJsonList(value)) return value.map((item) => redacted(item, names));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(
    ([name, inner]) => [name, names.has(name) ? "[redacted]" : redacted(inner, names)] as const,
  );
  return Object.fromEntries(entries) as JsonObject;
}
