import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { schemaFormFault } from "../../schema/json-schema.js";
import type { OpenapiDocument } from "./document.js";
import { literalText } from "./literal-text.js";

const componentPrefix = "#/components/schemas/";
const types: ReadonlySet<unknown> = new Set([
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);
/** What says nothing of the form of a value, or only OpenAPI knows. */
const dropped: ReadonlySet<string> = new Set([
  "description",
  "title",
  "summary",
  "externalDocs",
  "xml",
  "discriminator",
  "deprecated",
  "readOnly",
  "writeOnly",
  "nullable",
  "$schema",
  "$id",
  "$anchor",
  "$comment",
]);
const deepest = 40;

/** The schemas that operations of a document use, as JSON Schema 2020-12, with those that they refer to. */
export class SchemaImport {
  /** By name, in the order of their first use. */
  readonly found = new Map<string, JsonObject>();
  /** Names of schemas that could not be used and allow anything. */
  readonly unusable = new Set<string>();
  private readonly document: OpenapiDocument;

  constructor(document: OpenapiDocument) {
    this.document = document;
  }

  /** What `schema` of an operation says: the name of a schema, or one that stands nowhere else. */
  use(schema: JsonValue): JsonObject | string | undefined {
    const reference = isJsonObject(schema) ? schema["$ref"] : undefined;
    if (typeof reference === "string" && reference.startsWith(componentPrefix)) {
      const name = this.useComponent(reference);
      if (name !== undefined) return name;
    }
    const converted = this.convert(schema, 0);
    if (!isJsonObject(converted) || Object.keys(converted).length === 0) return undefined;
    return schemaFormFault(converted) === undefined ? converted : undefined;
  }

  private useComponent(reference: string): string | undefined {
    const target = this.document.at(reference);
    if (target === undefined) return undefined;
    const name = reference.slice(componentPrefix.length).replaceAll("~1", "/").replaceAll("~0", "~");
    if (name.includes("/") || name.includes("%")) return undefined;
    if (this.found.has(name)) return name;
    this.found.set(name, {});
    const converted = this.convert(target, 0);
    if (isJsonObject(converted) && schemaFormFault(converted) === undefined) this.found.set(name, converted);
    else this.unusable.add(name);
    return name;
  }

  private convert(schema: JsonValue, depth: number): JsonValue {
    if (typeof schema === "boolean") return schema;
    if (!isJsonObject(schema) || depth > deepest) return {};
    const { $ref } = schema;
    if (typeof $ref === "string") return this.reference($ref, schema, depth);
    const converted: Record<string, JsonValue> = {};
    for (const [key, value] of Object.entries(schema)) {
      if (dropped.has(key) || key.startsWith("x-")) continue;
      const kept = this.keyword(key, value, schema, depth);
      if (kept !== undefined) converted[key === "example" ? "examples" : key] = kept;
    }
    return this.document.isVersion30 && schema["nullable"] === true ? nullable(converted) : converted;
  }

  private reference(reference: string, schema: JsonObject, depth: number): JsonValue {
    const isNullable = this.document.isVersion30 && schema["nullable"] === true;
    const name = reference.startsWith(componentPrefix) ? this.useComponent(reference) : undefined;
    const target: JsonValue =
      name === undefined
        ? this.convert(this.document.at(reference) ?? {}, depth + 10)
        : { $ref: `#/$defs/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` };
    return isNullable ? { anyOf: [target, { type: "null" }] } : target;
  }

  private keyword(key: string, value: JsonValue, schema: JsonObject, depth: number): JsonValue | undefined {
    const each = (item: JsonValue) => this.convert(item, depth + 1);
    switch (key) {
      case "properties":
      case "patternProperties":
      case "dependentSchemas":
      case "$defs":
        if (!isJsonObject(value)) return undefined;
        return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, each(member)]));
      case "allOf":
      case "anyOf":
      case "oneOf":
      case "prefixItems":
        return isJsonList(value) && value.length > 0 ? value.map(each) : undefined;
      case "items":
      case "additionalProperties":
      case "not":
      case "if":
      case "then":
      case "else":
      case "contains":
      case "propertyNames":
        return each(value);
      case "type":
        return typesOf(value);
      case "required":
        return isJsonList(value) && value.length > 0 ? [...new Set(value.filter(isText))] : undefined;
      case "enum":
        return isJsonList(value) && value.length > 0 ? literalText(value) : undefined;
      case "pattern":
        return isPattern(value) ? literalText(value) : undefined;
      case "example":
        return schema["examples"] === undefined ? [literalText(value)] : undefined;
      case "exclusiveMinimum":
        return value === true ? (schema["minimum"] ?? undefined) : numberOnly(value);
      case "exclusiveMaximum":
        return value === true ? (schema["maximum"] ?? undefined) : numberOnly(value);
      case "minimum":
        return schema["exclusiveMinimum"] === true ? undefined : numberOnly(value);
      case "maximum":
        return schema["exclusiveMaximum"] === true ? undefined : numberOnly(value);
      default:
        return literalText(value);
    }
  }
}

function nullable(schema: Record<string, JsonValue>): JsonObject {
  const { type, enum: values, ...rest } = schema;
  const withNull =
    isJsonList(values ?? null) && !(values as JsonValue[]).includes(null)
      ? [...(values as JsonValue[]), null]
      : values;
  const enumeration = withNull === undefined ? {} : { enum: withNull };
  if (typeof type === "string") return { type: [type, "null"], ...rest, ...enumeration };
  return { anyOf: [schema, { type: "null" }] };
}

function typesOf(value: JsonValue): JsonValue | undefined {
  if (!isJsonList(value)) return types.has(value) ? value : undefined;
  const known = [...new Set(value.filter((each) => types.has(each)))];
  return known.length === 0 ? undefined : known;
}

function isPattern(value: JsonValue): boolean {
  try {
    new RegExp(String(value), "u");
    return typeof value === "string";
  } catch {
    return false;
  }
}

function isText(value: JsonValue): boolean {
  return typeof value === "string";
}

function numberOnly(value: JsonValue): JsonValue | undefined {
  return typeof value === "number" ? value : undefined;
}
