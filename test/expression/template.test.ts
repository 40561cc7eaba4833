import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../src/expression/compile.js";
import { isFault } from "../../src/expression/parse.js";
import { parseText, templateReferences, type Template } from "../../src/expression/template.js";
import type { JsonValue } from "../../src/expression/value.js";
import { evaluateText } from "./evaluation.js";

const roots = { a: { b: 5, c: null, list: [1, 2] }, name: "Ada" };

function template(source: string): Template {
  const read = parseText(source);
  if (isFault(read)) throw new Error(read.problem.message);
  return read.template;
}

describe("what a string is", () => {
  test.each<readonly [string, Template["kind"], JsonValue]>([
    ["$a.b", "expression", 5],
    ["$a.b ?? 1", "expression", 5],
    ["{{ $a.b }}", "expression", 5],
    [" {{ $a.list }}\n", "expression", [1, 2]],
    ["{{ sum($a.list) }}", "expression", 3],
    ["{{ { x: { y: 1 } } }}", "expression", { x: { y: 1 } }],
    ["{{{x:{y:1}}}}", "expression", { x: { y: 1 } }],
    ["{{ '}}' }}", "expression", "}}"],
    ["{{ '\\'}}' + \"{{\" }}", "expression", "'}}{{"],
    ["Dear {{ $name }}!", "text", "Dear Ada!"],
    ["{{ $a.b }}{{ $a.b }}", "text", "55"],
    ["{{ $a.c }} {{ $a.c }}", "text", " "],
    ["{{ $a }}.", "text", '{"b":5,"c":null,"list":[1,2]}.'],
    ["$$5 {{ $a.b }} $$name", "text", "$5 5 $name"],
    ["plain", "literal", "plain"],
    ["", "literal", ""],
    ["$", "literal", "$"],
    ["$5", "literal", "$5"],
    ["a $ b", "literal", "a $ b"],
    ["$$name", "literal", "$name"],
    ["$$$$", "literal", "$$"],
    ["a } b }} { c", "literal", "a } b }} { c"],
    ["x[$]", "literal", "x[$]"],
  ])("%j is a %s", (source, kind, value) => {
    expect(template(source).kind).toBe(kind);
    expect(evaluateText(source, roots)).toEqual(value);
  });
});

describe("faults, with offsets in the whole string", () => {
  test.each([
    ["Dear $name.first, hi", 5, 16, "EXPRESSION_IN_TEXT", /\{\{ \$name\.first \}\}.*\$\$name\.first/],
    ["x {{ 1 }} $b", 10, 12, "EXPRESSION_IN_TEXT", /\$\$b/],
    ["$$$name", 2, 7, "EXPRESSION_IN_TEXT", /name/],
    ["ab {{ $a.b", 3, 5, "EXPRESSION_SYNTAX", undefined],
    ["ab {{ 'x }}", 3, 5, "EXPRESSION_SYNTAX", undefined],
    ["ab {{ }}", 5, 6, "EXPRESSION_SYNTAX", undefined],
    ["ab {{ $a.constructor }}", 9, 20, "EXPRESSION_FORBIDDEN", /fields/],
    ["ab {{ $a + }} c", 10, 10, "EXPRESSION_SYNTAX", undefined],
    ["ab {{ $a b }} c", 9, 10, "EXPRESSION_SYNTAX", undefined],
    ["ab {{ 1 }} {{ summ(1) }} c", 14, 18, "EXPRESSION_FUNCTION_UNKNOWN", /sum/],
    ["$a.constructor", 3, 14, "EXPRESSION_FORBIDDEN", /fields/],
  ])("%j", (source, start, end, code, hint) => {
    const read = parseText(source);
    if (!isFault(read)) throw new Error("no fault");
    expect({ start: read.start, end: read.end, code: read.problem.code }).toEqual({ start, end, code });
    if (hint !== undefined) expect(read.problem.hint).toMatch(hint);
  });
});

test("references inside a text have offsets in the whole string", () => {
  const source = "{{ $a.b }} and {{ $c['d'] + $e }}";
  const found = templateReferences(template(source)).map((each) => [
    source.slice(each.start, each.end),
    ...each.path.map((member) => source.slice(member.start, member.end)),
  ]);
  expect(found).toEqual([["$a", "b"], ["$c", "'d'"], ["$e"]]);
});

describe("a template of several strings", () => {
  const nested: Template = {
    kind: "object",
    entries: [
      ["id", template("$a.b")],
      ["greeting", template("Hi {{ $name }}")],
      ["list", { kind: "list", items: [template("$a.c"), { kind: "literal", value: 1 }] }],
      ["fixed", { kind: "literal", value: { x: [1, { y: null }] } }],
      ["__proto__", template("$name")],
      ['"]:alert(1),["', { kind: "literal", value: "\u2028'\"`${x}\\" }],
    ],
  };
  const evaluate = compileTemplate(nested);

  test("becomes one value", () => {
    const value = evaluate({ nowMs: 0, ...roots }) as Record<string, JsonValue>;
    expect(Object.entries(value)).toEqual([
      ["id", 5],
      ["greeting", "Hi Ada"],
      ["list", [null, 1]],
      ["fixed", { x: [1, { y: null }] }],
      ["__proto__", "Ada"],
      ['"]:alert(1),["', "\u2028'\"`${x}\\"],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("shares its constants, which nobody can change", () => {
    const one = evaluate({ nowMs: 0 }) as { fixed: JsonValue };
    const two = evaluate({ nowMs: 0 }) as { fixed: JsonValue };
    expect(one.fixed).toBe(two.fixed);
    expect(Object.isFrozen((one.fixed as { x: object }).x)).toBe(true);
  });

  test("lists its references in order", () => {
    expect(templateReferences(nested).map((each) => each.root)).toEqual(["a", "name", "a", "name"]);
  });
});

test("the caller can put another path in place of a reference", () => {
  const evaluate = compileTemplate(
    template("{{ $request.id }}/{{ $request.body.x }}/{{ $item }}/{{ $gone }}"),
    {
      rewrite: ({ root, path }) => {
        if (root === "request" && path[0]?.name === "id") return ["req", "path_params", "id"];
        if (root === "item") return ["items", 1];
        return root === "gone" ? ["constructor", "name"] : undefined;
      },
    },
  );
  const scope = {
    nowMs: 0,
    req: { path_params: { id: 7 } },
    request: { body: { x: "y" }, id: "wrong" },
    items: ["no", "yes"],
  };
  expect(evaluate(scope)).toBe("7/y/yes/");
});
