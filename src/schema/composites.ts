import type { JsonObject } from "../expression/value.js";
import { nearest } from "../problems/nearest.js";
import { wrongType, type CheckContext, type Schema } from "./schema.js";
import { describeTree, isEmpty, type MappingEntry, type MappingTree, type Tree } from "./tree.js";

/** One key of an object: its schema, its words for the reference page, and what holds when it is left out. */
export interface Key<T> {
  readonly schema: Schema<unknown>;
  readonly doc: string;
  readonly isRequired: boolean;
  readonly defaultValue?: T;
  readonly defaultWords?: string | undefined;
  /** Carries the type of the checked value; never set. */
  readonly type?: T;
}

export function required<T>(schema: Schema<T>, doc: string): Key<T> {
  return { schema, doc, isRequired: true };
}

/** A key that may be left out; its value is then `undefined`. */
export function optional<T>(schema: Schema<T>, doc: string, defaultWords?: string): Key<T | undefined> {
  return { schema, doc, isRequired: false, defaultWords };
}

/** A key that has a value when it is left out. */
export function withDefault<T>(
  schema: Schema<T>,
  defaultValue: T,
  doc: string,
  defaultWords?: string,
): Key<T> {
  const words = defaultWords ?? JSON.stringify(defaultValue);
  return { schema, doc, isRequired: false, defaultValue, defaultWords: words };
}

export type Keys = Readonly<Record<string, Key<unknown>>>;
type ValueOf<K> = K extends Key<infer T> ? T : never;
export type ObjectOf<K extends Keys> = { readonly [Name in keyof K]: ValueOf<K[Name]> };

/** A mapping with known keys. */
export interface ObjectSchema<T> extends Schema<T> {
  readonly keys: Keys;
  readonly planned: readonly string[];
  /** The value of an object that is not written at all: all defaults. */
  readonly empty: () => T;
  /** Whether a key stands in a mapping, rightly or misspelt: then nothing more is to be said of what it lacks. */
  readonly isWritten: (tree: MappingTree, key: string) => boolean;
}

export interface ObjectOptions {
  /** Documented keys that have no effect yet: using one is an error that says so. */
  readonly planned?: readonly string[];
  /** Lets keys that begin with `x-` stand, for anchors. */
  readonly allowsExtensions?: boolean;
}

export function object<K extends Keys>(keys: K, options: ObjectOptions = {}): ObjectSchema<ObjectOf<K>> {
  const planned = options.planned ?? [];
  return {
    words: "a mapping",
    keys,
    planned,
    empty: () => defaultsOf(keys) as ObjectOf<K>,
    isWritten: (tree, key) => isWritten(key, tree, keys, options),
    json: () => objectJson(keys, options),
    check(tree, context) {
      if (tree.kind !== "mapping") return wrongType("a mapping", describeTree(tree), tree, context);
      refuseUnknownKeys(tree, keys, options, context);
      requireKeys(tree, keys, options, context);
      const values = checkKeys(tree, keys, context);
      return values === undefined ? undefined : (Object.freeze(values) as ObjectOf<K>);
    },
  };
}

function defaultsOf(keys: Keys): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.defaultValue]));
}

function refuseUnknownKeys(
  tree: MappingTree,
  keys: Keys,
  options: ObjectOptions,
  context: CheckContext,
): void {
  for (const [key, { keyLocation }] of tree.entries) {
    if (Object.hasOwn(keys, key) || isExtension(key, options)) continue;
    if (options.planned?.includes(key)) context.report.add("CONFIG_KEY_NOT_BUILT", { key }, keyLocation);
    else context.report.add("CONFIG_KEY_UNKNOWN", { key, known: Object.keys(keys) }, keyLocation);
  }
}

function isExtension(key: string, options: ObjectOptions): boolean {
  return options.allowsExtensions === true && key.startsWith("x-");
}

function requireKeys(tree: MappingTree, keys: Keys, options: ObjectOptions, context: CheckContext): void {
  for (const [name, key] of Object.entries(keys)) {
    if (key.isRequired && !isWritten(name, tree, keys, options)) {
      context.report.add("CONFIG_KEY_MISSING", { key: name }, tree.location);
    }
  }
}

/** An unknown key that is nearest to a missing one is that key, misspelt: one mistake, not two. */
function isWritten(name: string, tree: MappingTree, keys: Keys, options: ObjectOptions): boolean {
  if (tree.entries.has(name)) return true;
  const known = Object.keys(keys);
  return [...tree.entries.keys()].some((key) => {
    const isUnknown = !known.includes(key) && !isExtension(key, options) && !options.planned?.includes(key);
    return isUnknown && nearest(key, known) === name;
  });
}

/** A key that is wrong counts as left out, so that the check can go on; without a required one there is no value. */
function checkKeys(
  tree: MappingTree,
  keys: Keys,
  context: CheckContext,
): Record<string, unknown> | undefined {
  let isUsable = true;
  const values = defaultsOf(keys);
  for (const [name, key] of Object.entries(keys)) {
    const entry = tree.entries.get(name);
    const value = entry === undefined ? undefined : checkEntry(name, entry, key.schema, context);
    if (value !== undefined) values[name] = value;
    else if (key.isRequired) isUsable = false;
  }
  return isUsable ? values : undefined;
}

function checkEntry<T>(
  name: string,
  entry: MappingEntry,
  schema: Schema<T>,
  context: CheckContext,
): T | undefined {
  if (isEmpty(entry.value) && !acceptsNull(schema)) {
    return context.report.add("CONFIG_KEY_EMPTY", { key: name }, entry.keyLocation);
  }
  return schema.check(entry.value, context);
}

/** Schemas that read an empty value as null mark themselves with this. */
export interface NullableSchema<T> extends Schema<T> {
  readonly acceptsNull: true;
}

function acceptsNull(schema: Schema<unknown>): boolean {
  return (schema as Partial<NullableSchema<unknown>>).acceptsNull === true;
}

function objectJson(keys: Keys, options: ObjectOptions): JsonObject {
  const names = Object.keys(keys);
  const needed = names.filter((name) => keys[name]!.isRequired);
  return {
    type: "object",
    properties: Object.fromEntries(
      names.map((name) => [name, { ...keys[name]!.schema.json(), description: keys[name]!.doc }]),
    ),
    ...(needed.length > 0 ? { required: needed } : {}),
    ...(options.allowsExtensions ? { patternProperties: { "^x-": true } } : {}),
    additionalProperties: false,
  };
}

/** An object schema with more keys; those of `more` win. */
export function extend<T, K extends Keys>(
  base: ObjectSchema<T>,
  more: K,
  options: ObjectOptions = {},
): ObjectSchema<T & ObjectOf<K>> {
  return object(
    { ...base.keys, ...more },
    { ...options, planned: [...base.planned, ...(options.planned ?? [])] },
  ) as unknown as ObjectSchema<T & ObjectOf<K>>;
}

/**
 * A mapping from names that people choose to values of one kind. Keeps the order of the file. A value that is wrong
 * is left out, so that the check can go on.
 */
export function mapping<T>(
  schema: Schema<T>,
  names: { readonly pattern: RegExp; readonly words?: string } = { pattern: /^/ },
): Schema<ReadonlyMap<string, T>> {
  return {
    words: "a mapping",
    parts: [schema],
    json: () => ({ type: "object", additionalProperties: schema.json() }),
    check(tree, context) {
      if (tree.kind !== "mapping") return wrongType("a mapping", describeTree(tree), tree, context);
      const values = new Map<string, T>();
      for (const [name, entry] of tree.entries) {
        if (!names.pattern.test(name)) {
          context.report.add(
            "CONFIG_NAME_INVALID",
            { name, pattern: names.pattern.source },
            entry.keyLocation,
          );
        }
        const value = checkEntry(name, entry, schema, context);
        if (value !== undefined) values.set(name, value);
      }
      return values;
    },
  };
}

/** A list. An item that is wrong is left out, so that the check can go on. */
export function list<T>(schema: Schema<T>): Schema<readonly T[]> {
  return {
    words: `a list of ${schema.words}`,
    parts: [schema],
    json: () => ({ type: "array", items: schema.json() }),
    check(tree, context) {
      if (tree.kind !== "list") return wrongType("a list", describeTree(tree), tree, context);
      return tree.items
        .map((item) => schema.check(item, context))
        .filter((value) => value !== undefined) as T[];
    },
  };
}

/** One value or a list of them, always read as a list. */
export function oneOrMany<T>(schema: Schema<T>): Schema<readonly T[]> {
  const many = list(schema);
  return {
    words: `${schema.words}, or a list`,
    parts: [schema],
    json: () => ({ anyOf: [schema.json(), many.json()] }),
    check(tree, context) {
      if (tree.kind === "list") return many.check(tree, context);
      const value = schema.check(tree, context);
      return value === undefined ? undefined : [value];
    },
  };
}

/** Two forms of one thing, told apart by looking at the tree, so that a mistake is reported once, in the form meant. */
export function either<A, B>(
  isFirst: (tree: Tree) => boolean,
  first: Schema<A>,
  second: Schema<B>,
): Schema<A | B> {
  return {
    words: `${first.words}, or ${second.words}`,
    parts: [first, second],
    json: () => ({ anyOf: [first.json(), second.json()] }),
    check: (tree, context) => (isFirst(tree) ? first.check(tree, context) : second.check(tree, context)),
  };
}
