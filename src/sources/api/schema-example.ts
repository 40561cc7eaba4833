import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";

const deepest = 12;

/**
 * A value that fits a JSON Schema whose references are resolved: the same one always. What the schema itself gives
 * wins: examples, default, const, the first of an enum. Objects get all that they name, lists one item.
 */
export function exampleOf(schema: JsonValue | undefined, depth = 0): JsonValue {
  if (!isJsonObject(schema ?? null) || depth > deepest) return null;
  const given = givenExample(schema as JsonObject);
  if (given !== undefined) return given;
  const whole = merged(schema as JsonObject);
  const alternatives = whole["oneOf"] ?? whole["anyOf"] ?? null;
  if (isJsonList(alternatives) && whole["properties"] === undefined)
    return exampleOf(firstFitting(alternatives), depth + 1);
  switch (typeOf(whole)) {
    case "object":
      return objectExample(whole, depth);
    case "array":
      return listExample(whole, depth);
    case "string":
      return textExample(whole);
    case "integer":
      return numberExample(whole, 1);
    case "number":
      return numberExample(whole, 0);
    case "boolean":
      return true;
    default:
      return null;
  }
}

function givenExample(schema: JsonObject): JsonValue | undefined {
  const { examples, example, default: fallback, const: constant, enum: allowed } = schema;
  if (isJsonList(examples ?? null) && (examples as JsonValue[]).length > 0)
    return (examples as JsonValue[])[0];
  const listed = isJsonList(allowed ?? null) ? (allowed as JsonValue[])[0] : undefined;
  return example ?? fallback ?? constant ?? listed;
}

/** `allOf` is one schema with the members of all of its own. */
function merged(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  if (!isJsonList(allOf ?? null)) return schema;
  const parts = [...(allOf as JsonValue[]).filter(isJsonObject).map(merged), rest];
  const properties = Object.assign({}, ...parts.map((part) => part["properties"] ?? {})) as JsonObject;
  const all = Object.assign({}, ...parts) as JsonObject;
  return Object.keys(properties).length === 0 ? all : { ...all, properties };
}

function firstFitting(alternatives: readonly JsonValue[]): JsonValue | undefined {
  return alternatives.find((each) => isJsonObject(each) && each["type"] !== "null") ?? alternatives[0];
}

function typeOf(schema: JsonObject): string | undefined {
  const { type = null } = schema;
  if (typeof type === "string") return type;
  if (isJsonList(type)) return type.map(String).find((each) => each !== "null");
  if (schema["properties"] !== undefined) return "object";
  return schema["items"] === undefined ? undefined : "array";
}

function objectExample({ properties = null }: JsonObject, depth: number): JsonObject {
  if (!isJsonObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, exampleOf(each, depth + 1)]),
  );
}

function listExample({ items, prefixItems = null, minItems = null }: JsonObject, depth: number): JsonValue {
  if (isJsonList(prefixItems)) return prefixItems.map((each) => exampleOf(each, depth + 1));
  if (!isJsonObject(items ?? null)) return [];
  const length = typeof minItems === "number" ? Math.min(Math.max(1, minItems), 100) : 1;
  return Array.from({ length }, () => exampleOf(items, depth + 1));
}

const formats: Readonly<Record<string, string>> = {
  date: "2024-01-15",
  "date-time": "2024-01-15T09:30:00Z",
  time: "09:30:00Z",
  duration: "PT1H",
  email: "someone@example.com",
  uuid: "00000000-0000-4000-8000-000000000001",
  uri: "https://example.com/",
  "uri-reference": "/",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  byte: "dGV4dA==",
};

function textExample({ format = null, minLength = null, maxLength = null }: JsonObject): string {
  const known = typeof format === "string" ? formats[format] : undefined;
  if (known !== undefined) return known;
  const padded = "text".padEnd(typeof minLength === "number" ? Math.min(minLength, 10_000) : 0, "x");
  return typeof maxLength === "number" ? padded.slice(0, maxLength) : padded;
}

function numberExample(schema: JsonObject, step: number): number {
  const least = bound(schema, "minimum") ?? above(bound(schema, "exclusiveMinimum"), step === 0 ? 0.5 : step);
  const most =
    bound(schema, "maximum") ?? above(bound(schema, "exclusiveMaximum"), step === 0 ? -0.5 : -step);
  const multiple = bound(schema, "multipleOf");
  const value = Math.min(Math.max(1, least ?? 1), most ?? Infinity);
  return multiple === undefined || multiple <= 0 ? value : Math.ceil(value / multiple) * multiple;
}

function bound(schema: JsonObject, name: string): number | undefined {
  const value = schema[name];
  return typeof value === "number" ? value : undefined;
}

function above(value: number | undefined, step: number): number | undefined {
  return value === undefined ? undefined : value + step;
}
