import { describe, expect, test } from "vitest";
import { overlay } from "../../../src/config/reading/overlay.js";
import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import { Report } from "../../../src/problems/report.js";
import type { MappingTree } from "../../../src/schema/tree.js";
import { plain } from "./reading.js";

function tree(text: string, file: string): MappingTree {
  return readYaml(text, file, new Report())!;
}

function laid(base: string, over: string): MappingTree {
  return overlay(tree(base, "base.yaml"), tree(over, "over.yaml"));
}

describe("an environment over the base", () => {
  test.each([
    [
      "merges mappings key by key",
      "a: {b: 1, c: {d: 2}}",
      "a: {c: {e: 3}, f: 4}",
      { a: { b: 1, c: { d: 2, e: 3 }, f: 4 } },
    ],
    ["replaces single values", "a: 1\nb: 2", "a: x", { a: "x", b: 2 }],
    ["replaces lists", "a: [1, 2, 3]", "a: [4]", { a: [4] }],
    ["replaces a mapping with a value and back", "a: {b: 1}\nc: 1", "a: 1\nc: {d: 1}", { a: 1, c: { d: 1 } }],
    ["removes a key with null", "a: {b: 1, c: 2}\nd: 1", "a: {b: null}\nd: ~", { a: { c: 2 } }],
    ["removes a key without a value", "a: 1\nb: 2", "a:", { b: 2 }],
    [
      "keeps a null where there is nothing to remove",
      "a: {b: 1}",
      "a: {c: null}\nd: null",
      { a: { b: 1, c: null }, d: null },
    ],
    [
      "replaces a mapping whose type changes",
      "a: {type: x, b: 1}",
      "a: {type: y, c: 2}",
      { a: { type: "y", c: 2 } },
    ],
    [
      "merges a mapping whose type stays",
      "a: {type: x, b: 1}",
      "a: {type: x, c: 2}",
      { a: { type: "x", b: 1, c: 2 } },
    ],
    ["merges where only one has a type", "a: {b: 1}", "a: {type: x}", { a: { b: 1, type: "x" } }],
    [
      "merges where type is a name",
      "a: {type: {b: 1}}",
      "a: {type: {c: 1}}",
      { a: { type: { b: 1, c: 1 } } },
    ],
    ["is nothing where it is empty", "a: 1", "", { a: 1 }],
  ])("%s", (_name, base, over, expected) => {
    expect(plain(laid(base, over))).toEqual(expected);
  });

  test("keeps the place of each value", () => {
    const merged = laid("a:\n  b: 1\n  c: 2\n", "\na: {c: 3}\n").entries.get("a")?.value as MappingTree;
    expect(merged.entries.get("b")?.value.location).toMatchObject({ file: "base.yaml", line: 2 });
    expect(merged.entries.get("c")?.value.location).toMatchObject({ file: "over.yaml", line: 2 });
    expect(merged.location.file).toBe("base.yaml");
  });

  test("does not change the base", () => {
    const base = tree("a: {b: 1}", "base.yaml");
    overlay(base, tree("a: {b: null}", "over.yaml"));
    expect(plain(base)).toEqual({ a: { b: 1 } });
  });
});
