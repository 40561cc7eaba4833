import type { Key, ObjectSchema } from "../../schema/composites.js";
import type { Schema } from "../../schema/schema.js";
import type { MappingTree, ScalarTree, Tree } from "../../schema/tree.js";
import { mask, maskedValue } from "./masked-value.js";
import {
  entrySchemas,
  isSecretSchema,
  itemSchemas,
  objectFor,
  objectIn,
  wantedType,
} from "./schema-parts.js";
import type { Shown, ShownMapping, ShownScalar } from "./shown.js";

type LookUp = (name: string) => string | undefined;
type Schemas = readonly Schema<unknown>[];

/** A merged tree with its secrets masked, and the defaults of the keys that nobody wrote. Pure. */
export function showTree(tree: Tree, schemas: Schemas, env: LookUp): Shown {
  if (tree.kind === "scalar") return showScalar(tree, schemas, env);
  if (tree.kind === "mapping") return showMapping(tree, schemas, env);
  const items = itemSchemas(schemas);
  return { kind: "list", items: tree.items.map((item) => showTree(item, items, env)) };
}

function showScalar(tree: ScalarTree, schemas: Schemas, env: LookUp): ShownScalar {
  const isSet = (name: string) => name.startsWith("file:") || Boolean(env(name));
  const variables = tree.variables.map((name) => ({ name, isSet: isSet(name) }));
  const value = maskedValue(tree, isSecretSchema(schemas), env);
  return {
    kind: "scalar",
    value: tree.isVariable ? typedValue(value, schemas) : value,
    origin: { kind: "file", location: tree.location, variables },
  };
}

/** A variable is text until its key says otherwise. */
function typedValue(value: ScalarTree["value"], schemas: Schemas): ScalarTree["value"] {
  if (typeof value !== "string" || value === mask) return value;
  const type = wantedType(schemas);
  if (type === "number" && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  return type === "boolean" && /^(true|false)$/.test(value) ? value === "true" : value;
}

function showMapping(tree: MappingTree, schemas: Schemas, env: LookUp): ShownMapping {
  const known = objectFor(tree, schemas);
  const others = entrySchemas(schemas);
  const written = [...tree.entries].map(([key, { value }]) => {
    const schema = known?.keys[key]?.schema;
    return [key, showTree(value, schema === undefined ? others : [schema], env)] as const;
  });
  const missing = known === undefined ? [] : defaultsOf(known, [...tree.entries.keys()]);
  return { kind: "mapping", entries: [...written, ...missing] };
}

function defaultsOf(
  { keys }: ObjectSchema<unknown>,
  written: readonly string[],
): readonly (readonly [string, Shown])[] {
  return Object.entries(keys)
    .filter(([name]) => !written.includes(name))
    .flatMap(([name, key]) => {
      const shown = defaultOf(key);
      return shown === undefined ? [] : [[name, shown] as const];
    });
}

/** Only what has a value by default is shown, in the form that a person would write. */
function defaultOf({ schema, defaultValue, defaultWords }: Key<unknown>): Shown | undefined {
  const known = typeof defaultValue === "object" ? objectIn(schema) : undefined;
  if (known !== undefined) {
    const entries = defaultsOf(known, []);
    return entries.length === 0 ? undefined : { kind: "mapping", entries };
  }
  if (!["string", "number", "boolean"].includes(typeof defaultValue)) return undefined;
  const isPlain = defaultWords === undefined || defaultWords === JSON.stringify(defaultValue);
  const value = isPlain ? (defaultValue as string | number | boolean) : defaultWords.replaceAll("`", "");
  return { kind: "scalar", value, origin: { kind: "default" } };
}
