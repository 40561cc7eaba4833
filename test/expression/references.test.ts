import { describe, expect, test } from "vitest";
import { parsed } from "./evaluation.js";

function described(source: string) {
  return parsed(source).references.map((each) => {
    const member = (m: { start: number; end: number }) => source.slice(m.start, m.end);
    return [source.slice(each.start, each.end), ...each.path.map((m) => [m.name, member(m)])];
  });
}

describe("references", () => {
  test.each([
    ["$a", [["$a"]]],
    ["$a.b[0]['c']", [["$a", ["b", "b"], [0, "0"], ["c", "'c'"]]]],
    ["$a?.b?.[1].c", [["$a", ["b", "b"], [1, "1"], ["c", "c"]]]],
    ["$a[$b.c].d", [["$a"], ["$b", ["c", "c"]]]],
    [
      "$a.list.map(x => x.y + $b.z)",
      [
        ["$a", ["list", "list"]],
        ["$b", ["z", "z"]],
      ],
    ],
    ["$a['b' + 'c'].d", [["$a"]]],
    ["$b + $a", [["$b"], ["$a"]]],
    ["($a).b", [["$a", ["b", "b"]]]],
    ["{ x: $a.b }", [["$a", ["b", "b"]]]],
    ["1 + 2", []],
    ["[1].map($x$ => 1)", "fault"],
  ])("%s", (source, references) => {
    if (references === "fault") expect(() => described(source)).toThrow();
    else expect(described(source)).toEqual(references);
  });

  test("what an expression needs beside its roots", () => {
    expect(parsed("[1].map(x => now())")).toMatchObject({ usesClock: true, usesRandom: false });
    expect(parsed("{ id: uuid() }")).toMatchObject({ usesClock: false, usesRandom: true });
    expect(parsed("[1, 2].map(sum)")).toMatchObject({ usesClock: false, usesRandom: false });
  });
});
