import {
  isAlias,
  isMap,
  isScalar,
  type Alias,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import {
  describeTree,
  type ListTree,
  type MappingEntry,
  type MappingTree,
  type Tree,
} from "../../schema/tree.js";
import type { Places } from "./places.js";
import { readScalar } from "./scalar-tree.js";
import { cutExpression, mappingMeantAsText, textOfTag } from "./misread.js";
import { quoted } from "./quotes.js";
import { valueTree, unsetTree } from "./value-tree.js";

/** Levels of lists and mappings in one file. */
export const maxDepth = 100;
/** Values that the aliases of one file may stand for together. */
const maxAliased = 100_000;

interface Anchor {
  /** `undefined` while the node of the anchor is being built. */
  tree: Tree | undefined;
}

/** Turns the nodes of one well-formed YAML document into trees, and reports what this language does not allow. */
export class TreeBuilder {
  /** The file multiplies or nests values beyond all bounds, and is of no use. */
  isAbandoned = false;
  private readonly places: Places;
  private readonly report: Report;
  private readonly anchors = new Map<string, Anchor>();
  private readonly sizes = new Map<Tree, number>();
  private depth = 0;
  private built = 0;

  constructor(places: Places, report: Report) {
    this.places = places;
    this.report = report;
  }

  /** `key` is the key that the node is the value of. */
  build(node: Node, key?: string): Tree {
    if (this.isAbandoned) return unsetTree(this.placeOf(node));
    if (isAlias(node)) return this.buildAlias(node);
    this.built++;
    const anchor: Anchor = { tree: undefined };
    const name = (node as Scalar).anchor;
    if (name !== undefined) this.anchors.set(name, anchor);
    anchor.tree = this.buildNode(node, key);
    return anchor.tree;
  }

  private buildNode(node: Node, key: string | undefined): Tree {
    if (node.tag !== undefined) return this.refuseTag(node);
    const meantAsText = mappingMeantAsText(node, this.places.text);
    if (meantAsText !== undefined) return this.needsQuotes(meantAsText.start, meantAsText.end);
    if (isScalar(node)) return readScalar(node, key, this.places, this.report);
    if (++this.depth > maxDepth) return this.abandonDeep(node);
    const tree = isMap(node) ? this.buildMapping(node) : this.buildList(node as YAMLSeq);
    this.depth--;
    return tree;
  }

  private buildMapping(node: YAMLMap): MappingTree {
    const entries = new Map<string, MappingEntry>();
    const own = new Map<string, Location>();
    let first: Location | undefined;
    for (const { key, value } of node.items as { key: Node | null; value: Node | null }[]) {
      const keyLocation = key === null ? this.placeOf(node) : this.placeOf(key);
      first ??= keyLocation;
      const name = this.readKey(key, keyLocation);
      if (name === undefined) continue;
      const earlier = own.get(name);
      const cut = node.flow ? cutExpression(value, this.places.text) : undefined;
      const tree =
        cut !== undefined
          ? this.needsQuotes(cut.start, cut.end)
          : value === null
            ? valueTree(null, keyLocation)
            : this.build(value, name);
      if (earlier !== undefined) {
        this.report.add("YAML_KEY_DUPLICATE", { key: name, line: earlier.line }, keyLocation);
        continue;
      }
      own.set(name, keyLocation);
      if (name === "<<" && isPlain(key)) this.merge(tree, entries);
      else entries.set(name, { keyLocation, value: tree });
      if (cut !== undefined) break;
    }
    const location = first ?? this.placeOf(node);
    return this.sized(
      { kind: "mapping", entries, location },
      [...entries.values()].map((entry) => entry.value),
    );
  }

  /** The text of a key; `undefined` when it is none, which is reported. */
  private readKey(key: Node | null, location: Location): string | undefined {
    if (!isScalar(key)) {
      const found = key === null ? "empty" : isAlias(key) ? "an alias" : isMap(key) ? "a mapping" : "a list";
      return this.report.add("YAML_KEY_INVALID", { found }, location);
    }
    if (key.anchor !== undefined) this.anchors.set(key.anchor, { tree: valueTree(textOf(key), location) });
    if (key.tag !== undefined) this.refuseTag(key);
    const name = textOf(key);
    return name === "" ? this.report.add("YAML_KEY_INVALID", { found: "empty" }, location) : name;
  }

  /** Lays the entries of merged mappings under those that the mapping has itself. */
  private merge(tree: Tree, entries: Map<string, MappingEntry>): void {
    for (const merged of tree.kind === "list" ? tree.items : [tree]) {
      if (merged.kind === "scalar" && merged.isUnset) continue;
      if (merged.kind !== "mapping") {
        this.report.add("YAML_MERGE_INVALID", { found: describeTree(merged) }, merged.location);
        continue;
      }
      for (const [name, entry] of merged.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  private buildList(node: YAMLSeq): ListTree {
    const items: Tree[] = [];
    for (const item of node.items as Node[]) {
      const cut = node.flow ? cutExpression(item, this.places.text) : undefined;
      items.push(cut === undefined ? this.build(item) : this.needsQuotes(cut.start, cut.end));
      if (cut !== undefined) break;
    }
    return this.sized({ kind: "list", items, location: this.placeOf(node) }, items);
  }

  private buildAlias(node: Alias): Tree {
    const location = this.placeOf(node);
    const anchor = this.anchors.get(node.source);
    if (anchor?.tree !== undefined) return anchor.tree;
    if (anchor !== undefined) this.report.add("YAML_ALIAS_CIRCULAR", { name: node.source }, location);
    else {
      const known = [...this.anchors.keys()];
      this.report.add(
        "YAML_ALIAS_UNKNOWN",
        { name: node.source, known, quoted: `"*${node.source}"` },
        location,
      );
    }
    return unsetTree(location);
  }

  private refuseTag(node: Node): Tree {
    const { name, isText, start, end } = textOfTag(node, this.places.text);
    if (isText) return this.needsQuotes(start, end);
    this.report.add("YAML_TAG_UNSUPPORTED", { tag: name }, this.places.at(start, start + name.length));
    return unsetTree(this.placeOf(node));
  }

  private needsQuotes(start: number, end: number): Tree {
    const location = this.places.at(start, end);
    this.report.add("YAML_QUOTES_NEEDED", { quoted: quoted(this.places.text.slice(start, end)) }, location);
    return unsetTree(location);
  }

  private abandonDeep(node: Node): Tree {
    this.isAbandoned = true;
    const location = this.placeOf(node);
    this.report.add("YAML_NESTING_EXCESSIVE", { limit: maxDepth }, location);
    return unsetTree(location);
  }

  /** Counts the values of a tree with its aliases written out, so that none can grow past all bounds. */
  private sized<T extends Tree>(tree: T, children: readonly Tree[]): T {
    const size = children.reduce((sum, child) => sum + (this.sizes.get(child) ?? 1), 1);
    this.sizes.set(tree, size);
    if (size - this.built > maxAliased && !this.isAbandoned) {
      this.isAbandoned = true;
      this.report.add("YAML_ALIASES_EXCESSIVE", { limit: maxAliased }, tree.location);
    }
    return tree;
  }

  private placeOf(node: Node): Location {
    const [start, end] = node.range ?? [0, 0];
    return this.places.at(start, isScalar(node) || isAlias(node) ? end : start);
  }
}

/** Keys are texts, also those that look like numbers. */
function textOf(key: Scalar): string {
  return isPlain(key) ? (key.source ?? "") : String(key.value);
}

function isPlain(key: Node | null): boolean {
  return isScalar(key) && key.type === "PLAIN";
}
