import type { JsonObject, JsonValue } from "../../expression/value.js";
import { isJsonList, isJsonObject } from "../../expression/value.js";

/**
 * The schemas of an OpenAPI document. A schema stands where it is used, as it is written; one that refers to itself
 * (`$ref: "#/$defs/…"`) goes on the shelf under `components/schemas`, because `#` is the whole document there.
 */
export class SchemaShelf {
  private readonly placed: Map<string, JsonObject>;

  constructor(first: Readonly<Record<string, JsonObject>>) {
    this.placed = new Map(Object.entries(first));
  }

  schemas(): JsonObject {
    return Object.fromEntries(this.placed);
  }

  place(schema: JsonObject, name: string): JsonObject {
    if (schema["$id"] !== undefined || !hasLocalReference(schema)) return schema;
    const key = name.replace(/[^A-Za-z0-9._-]/g, "_");
    const root = `#/components/schemas/${key}`;
    this.placed.set(key, rebase(schema, root) as JsonObject);
    return { $ref: root };
  }
}

/** Values in these are data, whatever they look like. */
const dataKeys: ReadonlySet<string> = new Set(["const", "enum", "default", "examples", "example"]);

function hasLocalReference(value: JsonValue): boolean {
  if (isJsonList(value)) return value.some(hasLocalReference);
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(
    ([key, each]) => !dataKeys.has(key) && (isLocalReference(key, each) || hasLocalReference(each)),
  );
}

function rebase(value: JsonValue, root: string): JsonValue {
  if (isJsonList(value)) return value.map((each) => rebase(each, root));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (dataKeys.has(key)) return [key, each];
      return [key, isLocalReference(key, each) ? root + each.slice(1) : rebase(each, root)];
    }),
  );
}

function isLocalReference(key: string, value: JsonValue): value is string {
  return key === "$ref" && typeof value === "string" && (value === "#" || value.startsWith("#/"));
}
