import { keyOf, setOwn } from "../operators.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../value.js";
import { spend, spendText, stopDepth, valueDepthLimit } from "../work.js";
import { listArgument, objectArgument, wrongKind } from "./arguments.js";
import type { LibraryFunction } from "./entry.js";

/** Functions over objects. */
export const objectFunctions: readonly LibraryFunction[] = [
  {
    name: "pick",
    signature: "pick(object, names)",
    description: "An object of these fields only; fields that it lacks are left out.",
    example: "pick({ a: 1, b: 2, c: 3 }, ['a', 'c', 'd'])",
    result: '{"a":1,"c":3}',
    minArguments: 2,
    maxArguments: 2,
    gives: "parts",
    run: (value: JsonValue, names: JsonValue) => {
      if (value === null || names === null) return null;
      const object = objectArgument("pick", value);
      const picked: Record<string, JsonValue> = {};
      for (const name of namesOf("pick", names)) {
        if (Object.hasOwn(object, name)) setOwn(picked, name, object[name]!);
      }
      return picked;
    },
  },
  {
    name: "omit",
    signature: "omit(object, names)",
    description: "The object without these fields.",
    example: "omit({ a: 1, b: 2, c: 3 }, ['b'])",
    result: '{"a":1,"c":3}',
    minArguments: 2,
    maxArguments: 2,
    gives: "parts",
    run: (value: JsonValue, names: JsonValue) => {
      if (value === null) return null;
      const object = objectArgument("omit", value);
      const left = new Set(names === null ? [] : namesOf("omit", names));
      spend(Object.keys(object).length);
      return Object.fromEntries(Object.entries(object).filter(([name]) => !left.has(name)));
    },
  },
  {
    name: "merge",
    signature: "merge(object, …objects)",
    description: "The objects laid over each other, objects inside them too; null is as an empty object.",
    example: "merge({ a: { x: 1 }, b: 1 }, { a: { y: 2 } })",
    result: '{"a":{"x":1,"y":2},"b":1}',
    minArguments: 1,
    maxArguments: Infinity,
    gives: "parts",
    run: (objects: readonly JsonValue[]) =>
      objects.reduce<JsonObject>(
        (merged, each) => (each === null ? merged : mergeTwo(merged, objectArgument("merge", each), 0)),
        {},
      ),
  },
  {
    name: "Object.keys",
    signature: "Object.keys(object)",
    description: "The names of the fields.",
    example: "Object.keys({ a: 1, b: 2 })",
    result: '["a","b"]',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: (value: JsonValue) => (value === null ? null : fieldsOf("Object.keys", value).map(([name]) => name)),
  },
  {
    name: "Object.values",
    signature: "Object.values(object)",
    description: "The values of the fields.",
    example: "Object.values({ a: 1, b: 2 })",
    result: "[1,2]",
    minArguments: 1,
    maxArguments: 1,
    gives: "parts",
    run: (value: JsonValue) =>
      value === null ? null : fieldsOf("Object.values", value).map(([, field]) => field),
  },
  {
    name: "Object.entries",
    signature: "Object.entries(object)",
    description: "A list of pairs of name and value.",
    example: "Object.entries({ a: 1 }).map(([name, value]) => name + value)",
    result: '["a1"]',
    minArguments: 1,
    maxArguments: 1,
    gives: "parts",
    run: (value: JsonValue) => (value === null ? null : fieldsOf("Object.entries", value)),
  },
  {
    name: "Object.fromEntries",
    signature: "Object.fromEntries(pairs)",
    description: "An object of a list of pairs of name and value.",
    example: "Object.fromEntries([['a', 1], ['b', 2]])",
    result: '{"a":1,"b":2}',
    minArguments: 1,
    maxArguments: 1,
    gives: "parts",
    run: (value: JsonValue) => {
      if (value === null) return null;
      const object: Record<string, JsonValue> = {};
      const pairs = listArgument("Object.fromEntries", value);
      spend(pairs.length);
      for (const pair of pairs) {
        const [name = null, field = null] = listArgument("Object.fromEntries", pair);
        setOwn(object, keyOf(name), field);
      }
      return object;
    },
  },
];

function fieldsOf(name: string, value: JsonValue): [string, JsonValue][] {
  if (typeof value !== "object" || value === null) return wrongKind(name, "an object", value);
  const fields = Object.entries(value as JsonObject);
  spend(2 * fields.length);
  return fields;
}

function namesOf(name: string, value: JsonValue): readonly string[] {
  const names = isJsonList(value) ? value : [value];
  spend(names.length);
  return names.map((each) => (typeof each === "string" ? each : wrongKind(name, "a list of names", each)));
}

function mergeTwo(under: JsonObject, over: JsonObject, depth: number): JsonObject {
  if (depth >= valueDepthLimit) stopDepth();
  spend(1 + Object.keys(under).length + Object.keys(over).length);
  const merged: Record<string, JsonValue> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    spendText(name.length);
    const below = Object.hasOwn(under, name) ? under[name] : undefined;
    const both = isJsonObject(below) && isJsonObject(value);
    setOwn(merged, name, both ? mergeTwo(below, value, depth + 1) : value);
  }
  return merged;
}
