import type { Effect, Prepared } from "../../contracts/source.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";

/**
 * How a call differs from another that it is to stand for: in what it is given, in what it does, or in the form of
 * its value, as far as that is known. `effect` is what the step says of both.
 */
export function callDifference(
  first: Prepared,
  other: Prepared,
  effect: Effect | undefined,
): string | undefined {
  if (effect === undefined && first.effect !== other.effect) {
    return `it ${other.effect}s, and the other ${first.effect}s`;
  }
  return (
    parameterDifference(first, other) ??
    (first.shape === undefined || other.shape === undefined
      ? undefined
      : shapeDifference(first.shape, other.shape, "its value"))
  );
}

function parameterDifference(first: Prepared, other: Prepared): string | undefined {
  const names = (call: Prepared) => call.parameters.map(({ name }) => name);
  const more = names(other).find((name) => !names(first).includes(name));
  if (more !== undefined) return `it has a parameter "${more}"`;
  const less = names(first).find((name) => !names(other).includes(name));
  if (less !== undefined) return `it has no parameter "${less}"`;
  for (const { name, isRequired } of first.parameters) {
    const isRequiredToo = other.parameters.find((each) => each.name === name)!.isRequired;
    if (isRequired !== isRequiredToo) return `"${name}" is required in only one of them`;
  }
  return undefined;
}

/** The first place in which two JSON Schemas tell of values that are read in another way. */
function shapeDifference(first: JsonObject, other: JsonObject, place: string): string | undefined {
  const [expected, found] = [typesOf(first), typesOf(other)];
  if (expected !== undefined && found !== undefined && expected !== found) {
    return `${place} is ${found}, and not ${expected}`;
  }
  const properties = [first["properties"], other["properties"]];
  if (isSchema(properties[0]) && isSchema(properties[1])) {
    const [ofFirst, ofOther] = properties;
    for (const [name, schema] of Object.entries(ofFirst)) {
      const counterpart = Object.hasOwn(ofOther, name) ? ofOther[name] : undefined;
      if (counterpart === undefined && isOptional(name, first)) continue;
      if (counterpart === undefined) return `${place} has no field "${name}"`;
      if (!isSchema(schema) || !isSchema(counterpart)) continue;
      const inside = shapeDifference(schema, counterpart, `the field "${name}"`);
      if (inside !== undefined) return inside;
    }
  }
  const [items, otherItems] = [first["items"], other["items"]];
  if (!isSchema(items) || !isSchema(otherItems)) return undefined;
  return shapeDifference(items, otherItems, "an element of its value");
}

/** Who reads it may find it missing already. */
function isOptional(name: string, { required }: JsonObject): boolean {
  return Array.isArray(required) && !required.includes(name);
}

/** The types but for null, which every value may be. */
function typesOf({ type }: JsonObject): string | undefined {
  if (type === undefined) return undefined;
  const types = (Array.isArray(type) ? type : [type]).filter((each) => each !== "null");
  return types
    .map((each) => (each === "integer" ? "number" : String(each)))
    .sort()
    .join(" or ");
}

function isSchema(value: JsonValue | undefined): value is JsonObject {
  return value !== undefined && isJsonObject(value);
}
