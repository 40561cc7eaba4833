import type { Reference } from "../../../expression/expression.js";
import { templateReferences, type Template } from "../../../expression/template.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { roots } from "../../../schema/sites.js";

/** When the features of a question were observed, as far as its step reads them of steps that tell it. */
export interface FeatureTimes {
  /** The steps whose `$meta` holds them. */
  readonly steps: readonly string[];
  /** The times by the names of the features, for each row where there are rows; null where none is known. */
  read(meta: JsonObject): JsonValue;
}

/** Finds out where the features come from that a step gives. */
export function featureTimes(given: Template): FeatureTimes {
  const steps = new Set(stepReferences(given).map(({ root }) => root));
  const read = readerOf(given);
  return { steps: [...steps], read: (meta) => known(read(meta)) };
}

type ReadTimes = (meta: JsonObject) => JsonValue;

function readerOf(given: Template): ReadTimes {
  switch (given.kind) {
    case "object": {
      const features = given.entries.map(([name, value]) => [name, stepReferences(value)] as const);
      return (meta) => Object.fromEntries(features.map(([name, read]) => [name, oldestOf(read, meta)]));
    }
    case "list": {
      const rows = given.items.map(readerOf);
      return (meta) => rows.map((read) => known(read(meta)));
    }
    default: {
      const references = stepReferences(given);
      return (meta) => merged(references.map((reference) => timesAt(reference, meta)));
    }
  }
}

function stepReferences(template: Template): readonly Reference[] {
  return templateReferences(template).filter(({ root }) => !Object.hasOwn(roots, root));
}

/** A feature is as old as the oldest of those that it is computed from. */
function oldestOf(references: readonly Reference[], meta: JsonObject): JsonValue {
  const times = references
    .map((reference) => timesAt(reference, meta))
    .filter((time) => typeof time === "string");
  return times.reduce<string | null>(
    (oldest, time) => (oldest === null || Date.parse(time) < Date.parse(oldest) ? time : oldest),
    null,
  );
}

/** Values that are laid over each other: of rows, those of the first that has any. */
function merged(found: readonly JsonValue[]): JsonValue {
  const rows = found.find(isJsonList);
  return rows ?? Object.assign({}, ...found.filter(isJsonObject));
}

/** The times stand as the values of their step do, and are read by the same path. */
function timesAt({ root, path }: Reference, meta: JsonObject): JsonValue {
  let times = timesOfStep(meta[root] ?? null);
  for (const { name } of path) {
    if (isJsonList(times)) times = times[Number(name)] ?? null;
    else if (isJsonObject(times)) times = Object.hasOwn(times, name) ? times[name]! : null;
  }
  return times;
}

function timesOfStep(meta: JsonValue): JsonValue {
  const { items, features } = isJsonObject(meta) ? meta : {};
  if (items !== undefined && isJsonList(items)) return items.map(timesOfStep);
  if (features === undefined || !isJsonObject(features)) return null;
  const times = Object.entries(features).map(([name, feature]) => {
    return [name, isJsonObject(feature) ? (feature["event_timestamp"] ?? null) : null] as const;
  });
  const rows = times.map(([, time]) => time).find(isJsonList);
  if (rows === undefined) return Object.fromEntries(times);
  return rows.map((_, row) =>
    Object.fromEntries(times.map(([name, time]) => [name, isJsonList(time) ? time[row]! : null])),
  );
}

/** What is null is left out, and null stands for nothing at all. */
function known(times: JsonValue): JsonValue {
  if (isJsonList(times)) {
    const rows = times.map(known);
    return rows.some((row) => row !== null) ? rows : null;
  }
  if (!isJsonObject(times)) return null;
  const found = Object.entries(times).filter(([, time]) => time !== null);
  return found.length === 0 ? null : Object.fromEntries(found);
}
