import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { replyInvalid } from "../../../connections/http/reply-invalid.js";
import { parseTimestamp } from "../protobuf/timestamp.js";
import type { FeatureStatus, Observation } from "../steps/observation.js";

/** The columns of a feature server's answer. */
export type RemoteColumns = ReadonlyMap<string, readonly Observation[]>;

/**
 * Reads the body of `get-online-features`. Servers give a result for each column; very old ones one for each row, which
 * is told apart by the lengths, and where these are equal by `sent`, the keys, which every answer repeats.
 * Throws SOURCE_REPLY_INVALID.
 */
export function readRemoteAnswer(
  body: JsonValue,
  rows: number,
  sent: ReadonlyMap<string, readonly JsonValue[]>,
): RemoteColumns {
  const names = namesOf(body);
  const results = isJsonObject(body) ? body["results"] : undefined;
  if (names === undefined || !isJsonList(results ?? null)) throw replyInvalid("it has no features");
  const vectors = (results as readonly JsonValue[]).map(vectorOf);
  const isByColumn = vectors.length === names.length && vectors.every(({ values }) => values.length === rows);
  const isByRow = vectors.length === rows && vectors.every(({ values }) => values.length === names.length);
  if (!isByColumn && !isByRow) throw replyInvalid("its columns are not as long as they should be");
  const byColumn = isByColumn && (!isByRow || repeatsKeys(names, vectors, sent));
  return new Map(
    names.map((name, column) => [
      name,
      Array.from({ length: rows }, (_, row) =>
        byColumn ? observation(vectors[column]!, row) : observation(vectors[row]!, column),
      ),
    ]),
  );
}

interface Vector {
  readonly values: readonly JsonValue[];
  /** Go's server sends these only when it is asked. */
  readonly statuses: readonly JsonValue[];
  readonly times: readonly JsonValue[];
}

function vectorOf(result: JsonValue): Vector {
  const list = (name: string) => {
    const found = isJsonObject(result) ? (result[name] ?? null) : null;
    return isJsonList(found) ? found : [];
  };
  return { values: list("values"), statuses: list("statuses"), times: list("event_timestamps") };
}

/** A flat list, or `{ "val": [ … ] }`. */
function namesOf(body: JsonValue): readonly string[] | undefined {
  const metadata = isJsonObject(body) ? (body["metadata"] ?? null) : null;
  const written = isJsonObject(metadata) ? (metadata["feature_names"] ?? null) : null;
  const names = isJsonObject(written) ? (written["val"] ?? null) : written;
  if (!isJsonList(names) || !names.every((name) => typeof name === "string")) return undefined;
  return names as readonly string[];
}

function repeatsKeys(
  names: readonly string[],
  vectors: readonly Vector[],
  sent: ReadonlyMap<string, readonly JsonValue[]>,
): boolean {
  const column = names.findIndex((name) => sent.has(name));
  if (column < 0) return true;
  const keys = sent.get(names[column]!)!;
  return vectors[column]!.values.every((value, row) => String(value) === String(keys[row]));
}

/** A null is a missing value, whatever the status says. */
function observation({ values, statuses, times }: Vector, at: number): Observation {
  const value = plainValue(values[at] ?? null);
  const eventTime = parseTimestamp(times[at]);
  return { value, status: statusOf(statuses[at], value, eventTime !== undefined), eventTime };
}

function statusOf(sent: JsonValue | undefined, value: JsonValue, hasTime: boolean): FeatureStatus {
  if (sent === "NOT_FOUND" || sent === 3) return "not_found";
  if (value === null) return hasTime || sent === "NULL_VALUE" ? "null" : "not_found";
  return sent === "OUTSIDE_MAX_AGE" || sent === 4 ? "outside_max_age" : "present";
}

/** Feast's words for numbers that JSON does not have are null here, as such numbers always are. */
function plainValue(value: JsonValue): JsonValue {
  if (typeof value === "string") return /^(NaN|-?Infinity)$/.test(value) ? null : value;
  if (isJsonList(value)) return value.map(plainValue);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, JsonValue] => [key, plainValue(member)]),
  ) as JsonObject;
}
