import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";

/** A value that fits a JSON Schema. */
export interface Sample {
  readonly value: JsonValue;
  /** The schema itself names it; else it is made up from the type, and the service may know nothing of it. */
  readonly isNamed: boolean;
}

/** The first of `examples`, else `default`, else what the type allows. Pure. */
export function sampleOf(schema: JsonObject): Sample {
  const named = namedValue(schema);
  if (named !== undefined) return { value: named, isNamed: true };
  const inner = firstAlternative(schema);
  if (inner !== undefined) return sampleOf(inner);
  const type = typeOf(schema);
  if (type === "object") return sampleObject(schema);
  if (type === "array") return sampleList(schema);
  return {
    value: type === "string" ? sampleText(schema) : samplePlain(type, schema),
    isNamed: type === "null",
  };
}

function namedValue(schema: JsonObject): JsonValue | undefined {
  const { examples, example, default: byDefault, const: only, enum: choices } = schema;
  return firstOf(examples) ?? example ?? byDefault ?? only ?? firstOf(choices);
}

function firstOf(values: JsonValue | undefined): JsonValue | undefined {
  return values !== undefined && isJsonList(values) ? values[0] : undefined;
}

function firstAlternative(schema: JsonObject): JsonObject | undefined {
  for (const key of ["anyOf", "oneOf"]) {
    const first = firstOf(schema[key]);
    if (first !== undefined && isJsonObject(first)) return first;
  }
  return undefined;
}

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (type !== undefined && isJsonList(type)) {
    return String(type.find((each) => each !== "null") ?? "null");
  }
  return schema["properties"] === undefined ? "string" : "object";
}

/** The members that must be there, and those whose values the schema names. */
function sampleObject(schema: JsonObject): Sample {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>);
  const required = (schema["required"] ?? []) as readonly JsonValue[];
  const members = properties
    .map(([name, each]) => ({ name, isRequired: required.includes(name), sample: sampleOf(each) }))
    .filter(({ isRequired, sample }) => isRequired || sample.isNamed);
  return {
    value: Object.fromEntries(members.map(({ name, sample }) => [name, sample.value])),
    isNamed: members.every(({ sample }) => sample.isNamed),
  };
}

function sampleList(schema: JsonObject): Sample {
  const { items, minItems } = schema;
  if (items === undefined || !isJsonObject(items)) return { value: [], isNamed: true };
  const { value, isNamed } = sampleOf(items);
  if (!isNamed && !(Number(minItems) > 0)) return { value: [], isNamed: true };
  return { value: Array.from({ length: Math.max(1, Number(minItems ?? 1)) }, () => value), isNamed };
}

const textsByFormat: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  email: "ada@example.org",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  uri: "https://example.org/",
  ipv4: "192.0.2.1",
};

function sampleText({ format, minLength, maxLength }: JsonObject): string {
  const text = textsByFormat[String(format)] ?? "text".padEnd(Number(minLength ?? 0), "t");
  return maxLength === undefined ? text : text.slice(0, Number(maxLength));
}

function samplePlain(type: string, { minimum, exclusiveMinimum, maximum }: JsonObject): JsonValue {
  if (type === "boolean") return true;
  if (type === "null") return null;
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : Number(exclusiveMinimum) + 1);
  return Number(least ?? Math.min(1, Number(maximum ?? 1)));
}
