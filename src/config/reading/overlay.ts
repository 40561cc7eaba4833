import { isEmpty, type MappingEntry, type MappingTree, type Tree } from "../../schema/tree.js";

/**
 * Lays a file of an environment over the same file of `base`: mappings merge key by key, lists and single values
 * replace, `null` removes a key that is there, a mapping whose `type` changes is replaced. Places stay those of the
 * file that a value came from.
 */
export function overlay(base: MappingTree, over: MappingTree): MappingTree {
  if (base.entries.size === 0) return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    if (below !== undefined && isEmpty(entry.value)) entries.delete(key);
    else entries.set(key, below === undefined ? entry : overlayEntry(below, entry));
  }
  return { kind: "mapping", entries, location: base.location };
}

function overlayEntry(below: MappingEntry, above: MappingEntry): MappingEntry {
  const mergesInto = below.value.kind === "mapping" && above.value.kind === "mapping";
  if (!mergesInto || changesType(below.value, above.value)) return above;
  return {
    keyLocation: above.keyLocation,
    value: overlay(below.value as MappingTree, above.value as MappingTree),
  };
}

function changesType(below: Tree, above: Tree): boolean {
  const before = typeOf(below);
  const after = typeOf(above);
  return before !== undefined && after !== undefined && before !== after;
}

function typeOf(tree: Tree): string | undefined {
  const type = tree.kind === "mapping" ? tree.entries.get("type")?.value : undefined;
  return type?.kind === "scalar" && typeof type.value === "string" ? type.value : undefined;
}
