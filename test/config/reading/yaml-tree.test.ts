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

describe("places", () => {
  const file = "config/config.yaml";

  test("of keys and values count from 1, with the width of the text", () => {
    const { tree } = read("a:\n  bc: def\n  'g': 12\n");
    const inner = tree?.entries.get("a")?.value;
    expect(inner?.location).toEqual({ file, line: 2, column: 3, length: 2 });
    expect(at(tree, "a", "bc").location).toEqual({ file, line: 2, column: 7, length: 3 });
    expect(at(tree, "a", "g").location).toEqual({ file, line: 3, column: 8, length: 2 });
    const entry = inner?.kind === "mapping" ? inner.entries.get("g") : undefined;
    expect(entry?.keyLocation).toEqual({ file, line: 3, column: 3, length: 3 });
  });

  test("of an empty value and an empty mapping", () => {
    const { tree } = read("a:\nb: {}\nc: []\n");
    expect(at(tree, "a").location).toEqual({ file, line: 1, column: 3 });
    expect(tree?.entries.get("b")?.value.location).toEqual({ file, line: 2, column: 4 });
    expect(tree?.entries.get("c")?.value.location).toEqual({ file, line: 3, column: 4 });
  });

  test.each([
    ["plain", "a: one $x two\n", "$x", 1, 8],
    ["plain over several lines", "a: one\n  two\n\n  three $x\n", "$x", 4, 9],
    ["single quotes", "a: 'it''s $x'\n", "$x", 1, 11],
    ["single quotes over several lines", "a: 'one   \n\n  it''s $x'\n", "$x", 3, 9],
    ["double quotes", 'a: "say \\"$x\\" "\n', "$x", 1, 11],
    ["double quotes with code points", 'a: "\\u00e9\\x41\\U0001F600 $x"\n', "$x", 1, 26],
    ["double quotes over several lines", 'a: "one \\\n   two\n  three $x"\n', "$x", 3, 9],
    ["a literal block", "a: |\n  one\n    two\n\n  $x\n", "$x", 5, 3],
    ["a literal block with a comment in its header", "a: |- # why\n  one\n   $x\n", "$x", 3, 4],
    ["a literal block with its own indentation", "a: |2\n    one\n   $x\n", "$x", 3, 4],
    ["a literal block in a list", "a:\n  - |\n    one\n    two $x\n", "$x", 4, 9],
    ["a folded block", "a: >\n  one\n  two\n\n  three $x\n", "$x", 5, 9],
    ["a folded block with deeper lines", "a: >-\n  one\n    two\n    $x\n  end\n", "$x", 4, 5],
    ["a file with line ends of Windows", "a: |\r\n  one\r\n  two $x\r\nb: 1\r\n", "$x", 3, 7],
    ["quotes with line ends of Windows", 'a: "one\r\n  two $x"\r\n', "$x", 2, 7],
    ["a key far down a deep file", "a:\n  - b: {c: [1, 'x $x']}\n", "$x", 2, 19],
  ])("of a part of a text: %s", (_name, text, part, line, column) => {
    const { tree, lines } = read(text);
    expect(lines).toEqual([]);
    const scalar = firstTextWith(tree, part);
    const start = String(scalar.value).indexOf(part);
    expect(scalar.locate(start, start + part.length)).toEqual({ file, line, column, length: part.length });
  });

  test("of a part over several lines is marked to the end of its first line", () => {
    const { tree } = read("a: |\n  one\n  two\n");
    expect(at(tree, "a").locate(1, 6)).toEqual({ file, line: 2, column: 4, length: 2 });
  });

  test("of the whole, for a value that is no text", () => {
    const { tree } = read("a: 12\n");
    expect(at(tree, "a").locate(0, 1)).toEqual({ file, line: 1, column: 4, length: 2 });
  });
});

function firstTextWith(tree: Tree | undefined, part: string): ScalarTree {
  const found = texts(tree).find(({ value }) => String(value).includes(part));
  if (found === undefined) throw new Error(`no text with ${part}`);
  return found;
}

function texts(tree: Tree | undefined): ScalarTree[] {
  if (tree === undefined) return [];
  if (tree.kind === "scalar") return [tree];
  const children = tree.kind === "list" ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  return children.flatMap(texts);
}

describe("anchors", () => {
  test("resolve to the value of the anchor, with its place", () => {
    const { tree, lines } = read("x-limit: &limit 5s\na: *limit\n");
    expect(lines).toEqual([]);
    expect(at(tree, "a").location).toMatchObject({ line: 1, column: 17 });
  });

  test("the last anchor of a name above an alias counts", () => {
    expect(plain(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").tree)).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  test("merge under the keys of the mapping itself, wherever `<<` stands", () => {
    const text =
      "x-one: &one {a: 1, b: 1}\nx-two: &two {b: 2, c: 2}\nm:\n  b: 0\n  <<: [*one, *two]\n  c: 3\n";
    const { tree, lines } = read(text);
    expect(lines).toEqual([]);
    expect(plain(tree)).toMatchObject({ m: { a: 1, b: 0, c: 3 } });
    expect(at(tree, "m", "a").location).toMatchObject({ line: 1, column: 17 });
  });

  test("quoted `<<` is a key as any other", () => {
    expect(plain(read("'<<': 1\n").tree)).toEqual({ "<<": 1 });
  });

  test.each([
    ["<<: 1\n", "1:5 YAML_MERGE_INVALID"],
    ["a: &a [1]\n<<: *a\n", "1:8 YAML_MERGE_INVALID"],
    ["a: *nope\n", "1:4 YAML_ALIAS_UNKNOWN"],
    ["a: &a\n  b: *a\n", "2:6 YAML_ALIAS_CIRCULAR"],
    ["a: &a {<<: *a}\n", "1:12 YAML_ALIAS_CIRCULAR"],
  ])("%j is refused", (text, line) => {
    expect(read(text).lines).toEqual([line]);
  });

  test("an unknown alias is told the nearest anchor, and how to write a text", () => {
    const [found] = read("x-limits: &limits 1\na: *limit\n").problems;
    expect(found?.hint).toBe('Did you mean "&limits"? If it is meant as text, write `"*limit"`.');
  });

  test("that multiply each other are given up", () => {
    const levels = "bcdefghij".split("").map((name, index) => {
      const below = `*${String.fromCharCode(97 + index)}`;
      return `${name}: &${name} [${Array(10).fill(below).join(", ")}]`;
    });
    const { tree, lines } = read(["a: &a [1]", ...levels].join("\n"));
    expect(tree).toBeUndefined();
    expect(lines).toEqual(["6:7 YAML_ALIASES_EXCESSIVE"]);
  });

  test("used a thousand times are fine", () => {
    const uses = Array.from({ length: 1_000 }, (_, index) => `k${index}: *a`);
    expect(read(["a: &a {b: 1, c: [1, 2, 3]}", ...uses].join("\n")).lines).toEqual([]);
  });
});

describe("what is not well-formed", () => {
  test.each([
    ["a:\n\tb: 1\n", "2:1 YAML_SYNTAX"],
    ["a: 'x\nb: 1\n", "1:4 YAML_SYNTAX"],
    ['a: "x\n', "1:4 YAML_SYNTAX"],
    ["a: [1\nb: 2\n", "2:1 YAML_SYNTAX"],
    ['a: "x\\q"\n', "1:6 YAML_SYNTAX"],
    ["a: 1\nb\n", "2:1 YAML_SYNTAX"],
    ["a:\n  - b\n c: 1\n", "3:1 YAML_SYNTAX"],
    ["a: &x *x\n", "1:7 YAML_SYNTAX"],
    ["%FOO\n---\na: 1\n", "1:1 YAML_SYNTAX"],
    ["a: 1\n  b: ${X}\n", "1:4 YAML_SYNTAX"],
    ["a:\n  b: 1\n c: ${X}\n", "3:1 YAML_SYNTAX"],
  ])("%j is one problem", (text, line) => {
    const { tree, lines } = read(text);
    expect(tree).toBeUndefined();
    expect(lines).toEqual([line]);
  });

  test("reports the first mistake alone", () => {
    expect(read("a: [1\nb: 'x\na: 1\na: 2\n").lines).toHaveLength(1);
  });

  test("brackets without end are one problem, wherever the parser gives up", () => {
    const { tree, lines } = read("[".repeat(100_000));
    expect(tree).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/^1:\d+ YAML_NESTING_EXCESSIVE$/)]);
  });

  test("a file of a hundred levels and more is refused", () => {
    const text = `a: ${"[".repeat(150)}${"]".repeat(150)}\n`;
    expect(read(text).lines).toEqual(["1:103 YAML_NESTING_EXCESSIVE"]);
  });
});

describe("what YAML allows and the language does not", () => {
  test.each([
    ["a: 1\na: 2\n'a': 3\n", ["2:1 YAML_KEY_DUPLICATE", "3:1 YAML_KEY_DUPLICATE"]],
    ["1: a\n'1': b\n", ["2:1 YAML_KEY_DUPLICATE"]],
    ["a: !!str 5\n", ["1:4 YAML_TAG_UNSUPPORTED"]],
    ["a: !foo\n  b: 1\n", ["1:4 YAML_TAG_UNSUPPORTED"]],
    ["a: 1\n---\nb: 2\n", ["2:1 YAML_DOCUMENTS_SEVERAL"]],
    ["a: 1\n---\n", ["2:1 YAML_DOCUMENTS_SEVERAL"]],
    ["%YAML 1.1\n---\na: 1\n", ["1:1 YAML_DIRECTIVE_UNSUPPORTED"]],
    ["? [1]\n: 2\n", ["1:3 YAML_KEY_INVALID"]],
    ["{a: 1}: 2\n", ["1:1 YAML_KEY_INVALID"]],
    [": 2\n", ["1:1 YAML_KEY_INVALID"]],
    ["'': 2\n", ["1:1 YAML_KEY_INVALID"]],
    ["- 1\n", ["1:1 YAML_ROOT_INVALID"]],
    ["text\n", ["1:1 YAML_ROOT_INVALID"]],
    ["a: 012\n", ["1:4 YAML_NUMBER_UNSAFE"]],
    ["a: 9007199254740992\n", ["1:4 YAML_NUMBER_UNSAFE"]],
    ["a: -9007199254740992\n", ["1:4 YAML_NUMBER_UNSAFE"]],
    ["a: .inf\nb: -.Inf\nc: .nan\nd: 1e400\n", [1, 2, 3, 4].map((line) => `${line}:4 YAML_NUMBER_UNSAFE`)],
  ])("%j", (text, lines) => {
    expect(read(text).lines).toEqual(lines);
  });

  test("the largest exact integers are fine, and so are large texts", () => {
    const { tree, lines } = read("a: 9007199254740991\nb: '9007199254740993'\n");
    expect(lines).toEqual([]);
    expect(plain(tree)).toEqual({ a: 9007199254740991, b: "9007199254740993" });
  });

  test("a duplicate key names the line of the first", () => {
    const [found] = read("a: 1\nb: 1\na: 2\n").problems;
    expect(found?.hint).toContain("line 1");
  });

  test("keys of `__proto__` are only keys", () => {
    expect(read("__proto__: {a: 1}\nconstructor: 2\n").tree?.entries.has("__proto__")).toBe(true);
  });
});

describe("values that need quotes", () => {
  test.each([
    ["a: {{ $b }}\n", "1:4", '"{{ $b }}"'],
    ["a: {{ $b }} and {{ $c }}\n", "1:4", '"{{ $b }} and {{ $c }}"'],
    ['a: {{ $b["x"] }}\n', "1:4", `'{{ $b["x"] }}'`],
    ["a: [{{ $b }}, 1]\n", "1:5", '"{{ $b }}"'],
    ["a: # why\n  {{ $b }}\n", "2:3", '"{{ $b }}"'],
    ["a: {b: Hello {{ $x }}, c: 1}\n", "1:8", '"Hello {{ $x }}"'],
    ["a: Hello {{ $x }}: y\n", "1:4", '"Hello {{ $x }}: y"'],
    ["a: {x: ${A}, y: 1}\n", "1:8", '"${A}"'],
    ['a: ["x", ${A}]\n', "1:10", '"${A}"'],
    ["a: [http://${B}/x, y]\n", "1:5", '"http://${B}/x"'],
    ["a: ${A: b}\n", "1:4", '"${A: b}"'],
    ["a: !$x.y == 1\n", "1:4", '"!$x.y == 1"'],
    ["a:\n  - !$x\n", "2:5", '"!$x"'],
    ["a: @foo\n", "1:4", '"@foo"'],
    ["a: `foo`\n", "1:4", '"`foo`"'],
    ["a: %foo\n", "1:4", '"%foo"'],
    ["a: *\n", "1:4", '"*"'],
    ["a: b: c\n", "1:4", '"b: c"'],
    ["a: $x ? 'a' : 'b'\n", "1:4", `"$x ? 'a' : 'b'"`],
    ["a: {x: $b ? 1 : 2}\n", "1:8", '"$b ? 1 : 2"'],
    ["a:\n  - $x ? 1 : 2\n", "2:5", '"$x ? 1 : 2"'],
    ["a:\n  $x ? 1 : 2\n", "2:3", '"$x ? 1 : 2"'],
    ["a: {x: $max($b, 1), y: 2}\n", "1:8", '"$max($b, 1)"'],
    ["a: [$max($b, 1)]\n", "1:5", '"$max($b, 1)"'],
    ['a: "b" c\n', "1:4", `'"b" c'`],
  ])("%j", (text, place, quoted) => {
    const { problems, lines } = read(text);
    expect(lines).toEqual([`${place} YAML_QUOTES_NEEDED`]);
    expect(problems[0]?.hint).toBe(`Write \`${quoted}\`.`);
    expect(read(`a: ${quoted}\n`).lines).toEqual([]);
  });

  test.each([
    "a: ${PORT:-8000}\n",
    "a: http://${HOST}:${PORT}/x\n",
    "a: $x.y > 1 && !$z\n",
    "a: Hello {{ $x }}\n",
    "a: {b: $x.y, c: '{{ $z }}'}\n",
    "schema: {$ref: '#/x', type: string}\n",
    "- ${A}\n".replace("- ", "a: "),
    "a: SELECT id::text FROM t WHERE x = :x\n",
  ])("%j needs none", (text) => {
    expect(read(text).lines).toEqual([]);
  });
});

describe("comments behind unquoted text", () => {
  test.each([
    ["query: SELECT 1 # one\n", "1:17", '"SELECT 1 # one"'],
    ["a: x ${X} y # z\n", "1:13", '"x ${X} y # z"'],
    ["a: x {{ $x }} # z\n", "1:15", '"x {{ $x }} # z"'],
    ["a:\n  - ${X} # z\n", "2:10", '"${X} # z"'],
  ])("%j", (text, place, quoted) => {
    const { problems, lines, tree } = read(text);
    expect(lines).toEqual([`${place} YAML_COMMENT_CUTS`]);
    expect(problems[0]?.hint).toContain(`\`${quoted}\``);
    expect(JSON.stringify(plain(tree))).toContain("<unset>");
  });

  test.each([
    "a: x # z\n",
    "query: 'SELECT 1' # z\n",
    "query: | # z\n  SELECT 1 # one\n",
    "a: '${X}' # z\n",
    "# ${X}\na: 1\n",
    "a: ${X}\n# z\n",
  ])("%j is fine", (text) => {
    expect(read(text).lines).toEqual([]);
  });
});

test("a file of a megabyte is read", () => {
  const lines = Array.from({ length: 25_000 }, (_, index) => `key_${index}: 'a text of some more length $x'`);
  const text = lines.join("\n");
  const { tree } = read(text);
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(tree?.entries.size).toBe(25_000);
  expect(at(tree, "key_24999").locate(27, 29)).toMatchObject({ line: 25_000 });
});

test("a long text is followed to its end", () => {
  const words = "word ".repeat(40_000);
  for (const text of [`a: "${words}$x"\n`, `a: '${words}$x'\n`, `a: ${words}$x\n`, `a: |\n  ${words}$x\n`]) {
    const { tree } = read(text);
    const scalar = at(tree, "a");
    const start = String(scalar.value).indexOf("$x");
    const column = text.split("\n").at(-2)!.indexOf("$x") + 1;
    expect(scalar.locate(start, start + 2)).toMatchObject({ column, length: 2 });
  }
});
