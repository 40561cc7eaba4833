import type { ObjectSchema } from "../../schema/composites.js";
import type { Schema } from "../../schema/schema.js";
import type { MappingTree } from "../../schema/tree.js";

type Schemas = readonly Schema<unknown>[];

/** The mapping with known keys that a tree is meant to be; `undefined` where that cannot be told. */
export function objectFor(tree: MappingTree, schemas: Schemas): ObjectSchema<unknown> | undefined {
  const fitting = schemas
    .flatMap(formsOf)
    .filter(isObject)
    .filter((form) => fits(tree, form));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** The mapping with known keys that a schema wraps, if it is one. */
export function objectIn(schema: Schema<unknown>): ObjectSchema<unknown> | undefined {
  if (isObject(schema)) return schema;
  return schema.parts?.length === 1 && !isNamed(schema) ? objectIn(schema.parts[0]!) : undefined;
}

/** What the value at a key of a mapping may be, where people choose the keys. */
export function entrySchemas(schemas: Schemas): Schemas {
  return schemas
    .flatMap(formsOf)
    .filter((form) => !isObject(form) && isNamed(form))
    .flatMap(({ parts = [] }) => parts);
}

/** What an item of a list may be. */
export function itemSchemas(schemas: Schemas): Schemas {
  return schemas
    .flatMap(formsOf)
    .filter((form) => JSON.stringify(form.json()).includes('"type":"array"'))
    .flatMap(({ parts = [] }) => parts);
}

/** Whether a value of these schemas is a secret. */
export function isSecretSchema(schemas: Schemas): boolean {
  return schemas.some(({ isSecret, parts = [] }) => {
    return isSecret === true || (parts.length === 1 && isSecretSchema(parts));
  });
}

/** The type of JSON that a variable is read as, where the schemas want another one than text. */
export function wantedType(schemas: Schemas): "number" | "boolean" | undefined {
  const forms = schemas.map((schema) => JSON.stringify(schema.json()));
  if (forms.some((form) => /^\{"anyOf":\[\{"type":"(integer|number)"/.test(form))) return "number";
  return forms.some((form) => form.startsWith('{"anyOf":[{"type":"boolean"')) ? "boolean" : undefined;
}

/** The alternatives that a schema is made of, without what is only wrapped around them. */
function formsOf(schema: Schema<unknown>): Schemas {
  const { parts = [] } = schema;
  if (isObject(schema) || parts.length === 0) return [schema];
  if (parts.length > 1) return parts.flatMap(formsOf);
  const isWrapper = JSON.stringify(schema.json()) === JSON.stringify(parts[0]!.json());
  return isWrapper
    ? formsOf(parts[0]!)
    : [schema, ...(schema.json()["anyOf"] === undefined ? [] : formsOf(parts[0]!))];
}

/** Whether people choose the keys. */
function isNamed(schema: Schema<unknown>): boolean {
  const form = schema.json();
  return form["additionalProperties"] !== undefined && form["properties"] === undefined;
}

function isObject(schema: Schema<unknown>): schema is ObjectSchema<unknown> {
  return "keys" in schema;
}

/** Several mappings are told apart by their keys, and by the word at `type`. */
function fits(tree: MappingTree, { keys }: ObjectSchema<unknown>): boolean {
  return [...tree.entries].every(([key, { value }]) => {
    const known = keys[key];
    if (known === undefined) return key.startsWith("x-");
    if (key !== "type" || value.kind !== "scalar") return true;
    const words = JSON.stringify(known.schema.json());
    return !words.includes('"enum"') || words.includes(JSON.stringify(value.value));
  });
}
