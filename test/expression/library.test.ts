import { describe, expect, test } from "vitest";
import { libraryConstants, libraryFunctions, libraryMethods } from "../../src/expression/library/table.js";
import { evaluate } from "./evaluation.js";

describe("the examples of the library", () => {
  test.each([...libraryFunctions, ...libraryMethods].map((each) => [each.example, each.result]))(
    "%s gives %s",
    (example, result) => {
      expect(JSON.stringify(evaluate(example))).toBe(result);
    },
  );

  test.each([...libraryFunctions, ...libraryMethods].map((each) => [each.name, each] as const))(
    "%s is described",
    (name, each) => {
      expect(each.signature).toContain(`${name}(`);
      expect(each.description).toMatch(/^[A-Z0-9].*\.$/);
      expect(each.minArguments).toBeLessThanOrEqual(each.maxArguments);
    },
  );

  test("names are unique", () => {
    const names = [...libraryFunctions, ...libraryConstants].map((each) => each.name);
    const methods = libraryMethods.map((each) => `${each.on}.${each.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(methods).size).toBe(methods.length);
  });

  test.each(libraryConstants.map((each) => [each.name, each.value] as const))("%s", (name, value) => {
    expect(evaluate(name)).toBe(value);
  });
});

describe("further values", () => {
  test.each([
    ["round(-1.005, 2)", -1.01],
    ["round(1234.5, -2)", 1200],
    ["round(2.5)", 3],
    ["round(-2.5)", -3],
    ["round(1e21, 2)", 1e21],
    ["round(1.5e-7, 7)", 2e-7],
    ["sum(['1.10', '2.20'])", 3.3000000000000003],
    ["sum([])", 0],
    ["avg([null])", null],
    ["max([])", null],
    ["to_number(true)", 1],
    ["to_number([1])", null],
    ["parse_json('{')", null],
    ['parse_json(\'{"__proto__": {"x": 1}}\').x', null],
    ["date_add('2024-02-29', 1, 'year')", "2025-02-28"],
    ["date_add('2026-03-31', -1, 'months')", "2026-02-28"],
    ["date_add('2026-01-01', 12, 'hours')", "2026-01-01T12:00:00.000Z"],
    ["date_add('2026-01-01 10:00', 1, 'second')", "2026-01-01T10:00:01.000Z"],
    ["date_add('2026-01-01T10:00:00+0200', 0, 'days')", "2026-01-01T08:00:00.000Z"],
    ["date_diff('2026-01-01', '2026-01-01T23:59:59Z', 'days')", 0],
    ["date_diff('2026-01-31', '2026-02-28', 'months')", 1],
    ["date_diff('2024-02-29', '2026-02-28', 'years')", 2],
    ["date_diff('2026-02-01', '2026-01-01', 'weeks')", -4],
    ["unique(['{\"a\":1}', { a: 1 }, 1, '1']).length", 4],
    ["range(0)", []],
    ["range(1, 2, -1)", []],
    ["range(0, 1, 0.25)", [0, 0.25, 0.5, 0.75]],
    ["'a.b.c'.split('.', 2)", ["a", "b"]],
    ["'ab'.replaceAll('', '-')", "-a-b-"],
    ["''.replaceAll('', '-')", "-"],
    ["''.repeat(1000000000)", ""],
    ["[0 / 0].includes(0 / 0)", true],
    ["[0 / 0].indexOf(0 / 0)", -1],
    ["[1, 2, 3].includes(1, 1)", false],
    ["[1, 2, 3].indexOf(3, -1)", 2],
    ["[1, [2, [3, [4]]]].flat(2)", [1, 2, 3, [4]]],
    ["Object.keys('ab')", null],
  ])("%s", (source, value) => {
    if (source.startsWith("Object.keys('")) expect(() => evaluate(source)).toThrow("takes an object");
    else expect(evaluate(source)).toEqual(value);
  });

  test("round is right for whole cents", () => {
    for (let cents = 0; cents < 2000; cents++) {
      expect(evaluate("round($x, 2)", { x: Number(`${(cents / 100).toFixed(2)}5`) })).toBeCloseTo(
        (cents + 1) / 100,
        10,
      );
    }
  });

  test("group_by, index_by and fromEntries can make a field of any name", () => {
    for (const source of [
      "group_by([{ k: '__proto__' }], 'k')",
      "index_by([{ k: '__proto__' }], 'k')",
      "Object.fromEntries([['__proto__', 1]])",
      "({ ['__proto' + '__']: 1 })",
      "pick(parse_json('{\"__proto__\":1}'), ['__proto__'])",
      'merge({}, parse_json(\'{"__proto__":{"x":1}}\'))',
    ]) {
      const value = evaluate(source)!;
      expect(Object.keys(value)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });
});

describe("what cannot be done fails with its reason", () => {
  test.each([
    ["(1).toFixed(1000)", /toFixed\(\) digits/],
    ["(1).toString(99)", /radix/],
    ["'a'.repeat(-1)", /count/],
    ["(5).toUpperCase()", /a number has no method "toUpperCase"/],
    ["({}).map(x => x)", /an object has no method "map"/],
    ["sum(['x'])", /"sum" takes a number, but was given a text/],
    ["sum(5)", /"sum" takes a list, but was given a number/],
    ["'a'.includes([])", /"includes" takes a text, but was given a list/],
    ["pick([1], ['x'])", /"pick" takes an object/],
    ["({ [[1]]: 1 })", /a list cannot be the key/],
    ["[...5]", /a number cannot be spread/],
    ["chunk([1], 0)", /a size of at least 1/],
    ["date_add('yesterday', 1, 'day')", /no ISO date/],
    ["date_add('2026-02-30', 1, 'day')", /no ISO date/],
    ["date_add('2026-01-01', 1, 'fortnight')", /no unit "fortnight"/],
    ["date_add('2026-01-01', 1e9, 'years')", /left the years/],
    ["min([{}])", /numbers or texts/],
  ])("%s", (source, reason) => {
    expect(() => evaluate(source)).toThrow(reason);
    expect(() => evaluate(source)).toThrow(
      expect.objectContaining({ name: "OrchestratorError", code: "EXPRESSION_FAILED" }),
    );
  });
});
