import type { JsonObject, JsonValue } from "../expression/value.js";
import type { NullableSchema } from "./composites.js";
import { wrongType, type Schema } from "./schema.js";
import { describeTree, type Tree } from "./tree.js";

/** Any plain value; nothing in it is evaluated. */
export function jsonValue(): NullableSchema<{ readonly value: JsonValue }> {
  return {
    acceptsNull: true,
    words: "a plain value",
    json: () => ({}),
    check: (tree) => ({ value: plainValue(tree) }),
  };
}

/** Any mapping of plain values. */
export function jsonObject(words = "a mapping of plain values"): Schema<JsonObject> {
  return {
    words,
    json: () => ({ type: "object" }),
    check(tree, context) {
      if (tree.kind !== "mapping") return wrongType(words, describeTree(tree), tree, context);
      return plainValue(tree) as JsonObject;
    },
  };
}

/** The tree without its places. */
export function plainValue(tree: Tree): JsonValue {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plainValue);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plainValue(value)]));
}
