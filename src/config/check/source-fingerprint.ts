import { createHash } from "node:crypto";
import type { SourceType } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";
import type { Tree } from "../../schema/tree.js";

/**
 * A hash over a source as written, its variables replaced; the order of keys does not count, nor do the operations
 * inside, unless the source itself is opened for them, as where steps add to them.
 */
export function sourceFingerprint(type: SourceType, tree: Tree): string {
  const areApart = type.operations?.placed === "inside" && type.step === undefined;
  const inside = areApart ? type.operations?.key : undefined;
  const plain = tree.kind === "mapping" ? plainMapping(tree.entries, inside) : plainValue(tree);
  return createHash("sha256").update(JSON.stringify(plain)).digest("base64url");
}

/** What a tree says, without the places where it says it. */
export function plainValue(tree: Tree): JsonValue {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plainValue);
  return plainMapping(tree.entries, undefined);
}

function plainMapping(
  entries: ReadonlyMap<string, { readonly value: Tree }>,
  leftOut: string | undefined,
): JsonValue {
  const kept = [...entries].filter(([key]) => key !== leftOut).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: kept.map(([key, { value }]) => [key, plainValue(value)]) };
}
