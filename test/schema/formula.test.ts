import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/expression/value.js";
import { expression, formula } from "../../src/schema/formula.js";
import { roots, sites, type Site } from "../../src/schema/sites.js";
import { read, readTree, readVariable, treeOf } from "./reading-schema.js";

const evaluate = (yaml: string, scope: Record<string, JsonValue> = {}) =>
  read(formula("response"), yaml).value!.compile()({ nowMs: 0, ...scope });

describe("a formula", () => {
  test.each<[string, JsonValue]>([
    ["plain", "plain"],
    ["7", 7],
    ["null", null],
    ["$a.b", 1],
    ['"{{ $a.b + 1 }}"', 2],
    ['"b is {{ $a.b }}"', "b is 1"],
    ['"$$a"', "$a"],
    ["{ x: $a.b, y: [$a.b, { z: two }] }", { x: 1, y: [1, { z: "two" }] }],
  ])("%s", (yaml, value) => {
    expect(evaluate(yaml, { a: { b: 1 } })).toEqual(value);
  });

  test("knows the place of each reference, at any depth", () => {
    const { value } = read(formula("response"), '{ x: $a.b, y: ["to {{ $c }}"] }');
    expect(
      value!.references.map(({ reference, location }) => `${reference.root} ${location.column}`),
    ).toEqual(["a 9", "c 26"]);
  });

  test("with a fault in one part is still there for the names in the others", () => {
    const { value, problems } = read(formula("response"), "{ x: $a.., y: $b }");
    expect(problems).toHaveLength(1);
    expect(value!.references.map(({ reference }) => reference.root)).toEqual(["b"]);
  });

  test("whose text is not known has no value, and nothing more is said of it", () => {
    const tree = { ...treeOf("''"), isUnset: true } as const;
    for (const schema of [formula("response"), expression("step")]) {
      expect(readTree(schema, tree as never)).toMatchObject({ value: undefined, problems: [] });
    }
  });
});

describe("an expression", () => {
  test.each<[string, JsonValue]>([
    ["true", true],
    ["1 + 1", 2],
    ["$a > 0", true],
    ['"{{ $a > 0 }}"', true],
    ["sum([1, 2])", 3],
  ])("%s needs no `$` at its beginning", (yaml, value) => {
    expect(read(expression("step"), yaml).value!.compile()({ nowMs: 0, a: 1 })).toEqual(value);
  });

  test.each([
    ["{ a: 1 }", "6 CONFIG_TYPE_WRONG An expression is expected here, but this is a mapping."],
    ["null", "4 CONFIG_TYPE_WRONG An expression is expected here, but this is empty."],
  ])("`%s` is none", (yaml, problem) => {
    expect(read(expression("step"), yaml).problems).toEqual([problem]);
  });

  test("is never read from a variable, but for a plain true, false or number", () => {
    expect(readVariable(expression("step"), "true").value!.compile()({ nowMs: 0 })).toBe(true);
    expect(readVariable(expression("step"), "-3.5").value!.compile()({ nowMs: 0 })).toBe(-3.5);
    for (const value of ["$a", "1 + 1", "null", ""]) {
      expect(readVariable(expression("step"), value).problems).toEqual([
        "4 CONFIG_VALUE_INVALID The value of a variable is never read as an expression.",
      ]);
    }
  });
});

describe("roots", () => {
  test("every root of the table stands somewhere, and no site has another", () => {
    const used = new Set<string>(Object.values(sites).flatMap((site) => [...site.roots]));
    expect([...used].filter((root) => !Object.hasOwn(roots, root))).toEqual([]);
    expect(Object.keys(roots).filter((root) => !used.has(root))).toEqual([]);
  });

  test.each<[Site, string, boolean]>([
    ["operation_request", "$params.x", true],
    ["operation_request", "$response.body", false],
    ["operation_request", "$customer", false],
    ["operation_request", "$request.x", false],
    ["operation_answer", "$response.body", true],
    ["operation_answer", "$const.x", false],
    ["operation_answer", "$system.timestamp", true],
  ])("in %s: %s", (site, yaml, isAllowed) => {
    const { problems } = read(formula(site), yaml);
    const name = yaml.slice(1).split(".")[0];
    expect(problems).toEqual(isAllowed ? [] : [`4 EXPRESSION_NAME_UNKNOWN There is no "$${name}" here.`]);
  });
});

describe("variables in expressions", () => {
  test("are remembered when they have a value, and reported when they have none", () => {
    expect(read(formula("response"), "[$env.A, $env.B]", { A: "1" })).toMatchObject({
      usedVariables: ["A"],
      problems: ["13 VARIABLE_UNSET The variable B is not set."],
    });
  });

  test("that are secret are known to the formula, exposed or not", () => {
    const yaml = '["{{ $env.API_KEY }}", $env.PLACE]';
    const environment = { API_KEY: "k", PLACE: "p" };
    expect(read(formula("response"), yaml, environment).value!.secrets).toEqual(["API_KEY"]);
    expect(read(formula("response", { exposedIn: "a log" }), yaml, environment).problems).toEqual([
      '9 CONFIG_SECRET_EXPOSED The secret "API_KEY" would be seen in a log.',
    ]);
  });
});
