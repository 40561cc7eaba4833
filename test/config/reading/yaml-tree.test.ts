import { describe, expect, test } from "vitest";
import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import { Report } from "../../../src/problems/report.js";
import type { ScalarTree, Tree } from "../../../src/schema/tree.js";
import { plain, placed } from "./reading.js";

function read(text: string) {
  const report = new Report();
  const tree = readYaml(text, "config/config.yaml", report);
  return { tree, problems: report.sorted(), lines: placed(report) };
}

function at(tree: Tree | undefined, ...path: string[]): ScalarTree {
  let node = tree;
  for (const key of path) {
    if (node?.kind === "mapping") node = node.entries.get(key)?.value;
    else if (node?.kind === "list") node = node.items[Number(key)];
  }
  if (node?.kind !== "scalar") throw new Error(`no value at ${path.join(".")}`);
  return node;
}

describe("values", () => {
  test("are those of YAML 1.2", () => {
    const { tree, lines } = read(
      "a: no\nb: 1_000\nc: 2024-01-02\nd: 0x1F\ne: 1.5\nf: true\ng: ~\nh: '1'\ni: 0o17\nj: yes\n",
    );
    expect(lines).toEqual([]);
    expect(plain(tree)).toEqual({
      a: "no",
      b: "1_000",
      c: "2024-01-02",
      d: 31,
      e: 1.5,
      f: true,
      g: null,
      h: "1",
      i: 15,
      j: "yes",
    });
  });

  test.each(["", "# only a comment\n", "---\n", "\n\n", "--- # c\n...\n", "~\n", "\uFEFF"])(
    "an empty file %j is an empty mapping",
    (text) => {
      const { tree, lines } = read(text.replace("\uFEFF", ""));
      expect(lines).toEqual([]);
      expect(plain(tree)).toEqual({});
      expect(tree?.location).toEqual({ file: "config/config.yaml", line: 1, column: 1 });
    },
  );

  test("keys that look like numbers are texts", () => {
    expect(plain(read("1: a\n0x1: b\ntrue: c\nnull: d\n'': e\n").tree)).toEqual({
      "1": "a",
      "0x1": "b",
      true: "c",
      null: "d",
    });
  });
});
