import type { JsonObject, JsonValue } from "../../../expression/value.js";
import type { MaxAge, SourceReply } from "../../../contracts/source.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import { timestampMs, timestampText, type Timestamp } from "../protobuf/timestamp.js";

export type FeatureStatus = "present" | "null" | "not_found" | "outside_max_age";

/** One value as it was found. */
export interface Observation {
  readonly value: JsonValue;
  readonly status: FeatureStatus;
  readonly eventTime: Timestamp | undefined;
}

/** The features of a step by name, and for each what was found by row. Asked twice, it says the same. */
export interface ObservedFeatures {
  readonly names: readonly string[];
  readonly rows: number;
  at(feature: number, row: number): Observation;
  /** The value of `at` alone, which is all that most steps want. */
  value(feature: number, row: number): JsonValue;
}

/** Features that are found one observation at a time. */
export function observedFeatures(
  names: readonly string[],
  rows: number,
  at: (feature: number, row: number) => Observation,
): ObservedFeatures {
  return { names, rows, at, value: (feature, row) => at(feature, row).value };
}

/** The reply of a step. A value older than `maxAge` is null in it, or fails it. What its `meta` says is found out when it is read. */
export function stepReply(
  observed: ObservedFeatures,
  isMany: boolean,
  maxAge: MaxAge | undefined,
  nowMs: number,
): SourceReply | OrchestratorError {
  const { names, rows } = observed;
  const values: JsonObject[] = [];
  for (let row = 0; row < rows; row++) {
    const value: Record<string, JsonValue> = {};
    for (let feature = 0; feature < names.length; feature++) {
      if (maxAge === undefined) {
        define(value, names[feature]!, observed.value(feature, row));
        continue;
      }
      const found = young(observed.at(feature, row), maxAge, nowMs);
      if (found === undefined) return failure("FEATURE_TOO_OLD", { name: names[feature]! });
      define(value, names[feature]!, found.value);
    }
    values.push(value);
  }
  return {
    value: isMany ? values : values[0]!,
    get meta() {
      const seen = values.map((_, row) =>
        names.map((_name, feature) => young(observed.at(feature, row), maxAge, nowMs)!),
      );
      return metaOf(names, seen, isMany, nowMs);
    },
  };
}

/** A name such as `__proto__` is a name like any other. */
function define(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === "__proto__") Object.defineProperty(object, name, { value, enumerable: true });
  else object[name] = value;
}

function young(found: Observation, maxAge: MaxAge | undefined, nowMs: number): Observation | undefined {
  const { eventTime, value } = found;
  if (maxAge === undefined || value === null || eventTime === undefined) return found;
  if (nowMs - timestampMs(eventTime) <= maxAge.limitMs) return found;
  return maxAge.whenOlder === "fail" ? undefined : { value: null, status: "outside_max_age", eventTime };
}

/** `.features.<name>` of one row is one status and one time, of many a list of each; `.age` is in seconds. */
function metaOf(
  names: readonly string[],
  seen: readonly (readonly Observation[])[],
  isMany: boolean,
  nowMs: number,
): JsonObject {
  const features = names.map((name, feature) => {
    const found = seen.map((row) => row[feature]!);
    const status = found.map((each) => each.status);
    const times = found.map(({ eventTime }) => (eventTime === undefined ? null : timestampText(eventTime)));
    const entry = isMany
      ? { status, event_timestamp: times }
      : { status: status[0] ?? null, event_timestamp: times[0] ?? null };
    return [name, entry] as const;
  });
  const times = seen
    .flat()
    .flatMap(({ eventTime }) => (eventTime === undefined ? [] : [timestampMs(eventTime)]));
  const oldest = times.reduce((a, b) => Math.min(a, b), Infinity);
  return {
    features: Object.fromEntries(features),
    age: times.length === 0 ? null : Math.max(0, nowMs - oldest) / 1_000,
  };
}
