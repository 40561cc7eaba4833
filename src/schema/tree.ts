import type { Location } from "../problems/location.js";

/** What a configuration file says, as a tree in which every node knows its place. Immutable. */
export type Tree = ScalarTree | MappingTree | ListTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly location: Location;
  /** The place of a part of a text value, by offset; right also inside block scalars. */
  readonly locate: (start: number, end: number) => Location;
  /** The whole value was one variable, so it is read as the type that its key wants. */
  readonly isVariable: boolean;
  /** The names of the variables whose values stand in it. */
  readonly variables: readonly string[];
  /** The text before variables were replaced, where there were any. */
  readonly written?: string | undefined;
  /** A part of it came from a secret variable or a secret file. */
  readonly isSecret: boolean;
  /** Its value is not known, which has been reported: it fits every schema. `value` is then an empty text. */
  readonly isUnset?: true | undefined;
}

export interface MappingTree {
  readonly kind: "mapping";
  readonly entries: ReadonlyMap<string, MappingEntry>;
  /** The place of the first key; of the mapping itself where it is empty. */
  readonly location: Location;
}

export interface MappingEntry {
  readonly keyLocation: Location;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly location: Location;
}

/** What a node is, in words: for messages. What is secret stays so. */
export function describeTree(tree: Tree): string {
  if (tree.kind === "mapping") return "a mapping";
  if (tree.kind === "list") return "a list";
  const { value } = tree;
  if (tree.isSecret) return "a secret";
  if (value === null) return "empty";
  if (typeof value === "string") return value.length > 40 ? "text" : `the text "${value}"`;
  return `the ${typeof value} ${String(value)}`;
}

export function isEmpty(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.value === null;
}

/** Whether a value in a tree is not known, which has been reported. */
export function holdsUnset(tree: Tree): boolean {
  if (tree.kind === "scalar") return tree.isUnset === true;
  if (tree.kind === "list") return tree.items.some(holdsUnset);
  return [...tree.entries.values()].some(({ value }) => holdsUnset(value));
}

/** The node that a JSON Pointer leads to, or the last one on its way. */
export function treeAt(tree: Tree, pointer: string): Tree {
  let node = tree;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const next = node.kind === "mapping" ? node.entries.get(name)?.value : undefined;
    const found = next ?? (node.kind === "list" ? node.items[Number(name)] : undefined);
    if (found === undefined) return node;
    node = found;
  }
  return node;
}
