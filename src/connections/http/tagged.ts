import { nearest } from "../../problems/nearest.js";
import { wrongType, type CheckContext, type Schema } from "../../schema/schema.js";
import { describeTree, type MappingTree } from "../../schema/tree.js";

/** Several forms of a mapping, told apart by the word at one key, so that a mistake is reported in the form meant. */
export function tagged<T>(key: string, variants: Readonly<Record<string, Schema<T>>>): Schema<T> {
  const known = Object.keys(variants);
  return {
    words: `a mapping whose \`${key}\` is one of ${known.map((name) => `\`${name}\``).join(", ")}`,
    parts: Object.values(variants),
    json: () => ({ anyOf: Object.values(variants).map((variant) => variant.json()) }),
    check(tree, context) {
      if (tree.kind !== "mapping") return wrongType(this.words, describeTree(tree), tree, context);
      const variant = chosenVariant(tree, key, known, context);
      return variant === undefined ? undefined : variants[variant]!.check(tree, context);
    },
  };
}

function chosenVariant(
  tree: MappingTree,
  key: string,
  known: readonly string[],
  { report }: CheckContext,
): string | undefined {
  const entry = tree.entries.get(key);
  if (entry === undefined) {
    const misspelt = [...tree.entries].find(([name]) => nearest(name, [key]) === key);
    if (misspelt === undefined) return report.add("CONFIG_KEY_MISSING", { key }, tree.location);
    return report.add("CONFIG_KEY_UNKNOWN", { key: misspelt[0], known: [key] }, misspelt[1].keyLocation);
  }
  const { value } = entry;
  if (value.kind === "scalar" && known.includes(String(value.value))) return String(value.value);
  if (value.kind === "scalar" && value.isUnset === true) return undefined;
  if (value.kind === "scalar" && typeof value.value === "string" && !value.isSecret) {
    return report.add("CONFIG_VALUE_UNKNOWN", { found: value.value, known }, value.location);
  }
  const expected = `one of ${known.map((name) => `\`${name}\``).join(", ")}`;
  return report.add("CONFIG_TYPE_WRONG", { expected, found: describeTree(value) }, value.location);
}
