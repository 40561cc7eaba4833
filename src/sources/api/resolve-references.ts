import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";

export interface ResolvedSchema {
  readonly schema: JsonObject;
  /** References that lead nowhere. */
  readonly unknown: readonly string[];
}

/** What stands where a reference leads back to a schema that it is part of, or where a schema grows too large. */
const anything: JsonObject = Object.freeze({});
const mostNodes = 20_000;

/** Puts in place of each `$ref` what it refers to: `#/$defs/<name>`, of the schema itself or of `schemas`. */
export function resolveReferences(
  schema: JsonObject,
  schemas: ReadonlyMap<string, JsonObject>,
): ResolvedSchema {
  const unknown = new Set<string>();
  const own = schema["$defs"] ?? null;
  let nodes = 0;

  function find(reference: string): JsonObject | undefined {
    if (reference === "#") return schema;
    const name = /^#\/\$defs\/(.+)$/.exec(reference)?.[1];
    if (name === undefined) return undefined;
    const plain = decoded(name);
    const found = isJsonObject(own) && Object.hasOwn(own, plain) ? own[plain] : schemas.get(plain);
    return isJsonObject(found ?? null) ? (found as JsonObject) : undefined;
  }

  function resolve(value: JsonValue, within: readonly string[]): JsonValue {
    if (isJsonList(value)) return value.map((item) => resolve(item, within));
    if (!isJsonObject(value)) return value;
    if (++nodes > mostNodes) return anything;
    const { $ref, ...rest } = value;
    if (typeof $ref !== "string") return members(value, within);
    if (within.includes($ref)) return anything;
    const target = find($ref);
    if (target === undefined) {
      unknown.add($ref);
      return anything;
    }
    const resolved = members(target, [...within, $ref]);
    return Object.keys(rest).length === 0 ? resolved : { ...resolved, ...members(rest, within) };
  }

  function members(object: JsonObject, within: readonly string[]): JsonObject {
    return Object.fromEntries(
      Object.entries(object)
        .filter(([key]) => key !== "$defs")
        .map(([key, value]) => [key, data.has(key) ? value : resolve(value, within)]),
    );
  }

  const resolved = resolve(schema, ["#"]);
  return { schema: resolved as JsonObject, unknown: [...unknown] };
}

/** Keywords whose values are data, not schemas. */
const data: ReadonlySet<string> = new Set(["const", "default", "enum", "example", "examples", "required"]);

function decoded(pointer: string): string {
  const plain = pointer.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
