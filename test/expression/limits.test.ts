import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/expression/value.js";
import { evaluate, evaluateText, workDone } from "./evaluation.js";

const big = "x".repeat(1_000_000);
const alsoBig = `${"x".repeat(999_999)}x`;
const roots = {
  thousand: Array.from({ length: 1000 }, (_, index): JsonValue => index),
  big,
  alsoBig,
};

describe("an evaluation stops at its bound", () => {
  test.each([
    "range(1e7)",
    "range(0, 1, 1e-9)",
    "range(0, 1, 0)",
    "$thousand.map(a => $thousand.map(b => $thousand.map(c => a + b + c)))",
    "$thousand.flatMap(a => $thousand.flatMap(b => [a, b, a, b]))",
    "$thousand.filter(a => $thousand.some(b => $thousand.every(c => c >= 0) && false))",
    "$thousand.reduce((list, x) => [...list, ...list, x], [])",
    "$thousand.reduce((list, x) => list.concat(list, x), [])",
    "$thousand.reduce((list, x) => [list, list], 1)",
    "$thousand.reduce((o, x) => ({ a: o, b: o }), 1)",
    "$thousand.reduce((o, x) => [o], 1)",
    "to_json($thousand.reduce((list, x) => [list, list], 1)).length",
    "String($thousand.reduce((list, x) => [list, list], 1)).length",
    "$thousand.reduce((list, x) => [list, list], 1).join(',').length",
    "$thousand.reduce((list, x) => [list, list], 1).flat(10000).length",
    "unique([$thousand.reduce((list, x) => [list, list], 1)]).length",
    "[1].sort((a, b) => 1).concat($thousand.reduce((list, x) => [list, list], 1))",
    "({ ...$thousand.reduce((o, x) => ({ a: o, b: o }), 1) })",
    "$thousand.map(x => $thousand.map(y => $thousand))",
    "$thousand.reduce((t, x) => t + t, 'ab').length",
    "$thousand.reduce((t, x) => t + 'x'.repeat(100000), '').length",
    "$thousand.reduce((t, x) => t.concat(t), 'ab').length",
    "$thousand.reduce((t, x) => t.replaceAll('a', 'aa'), 'a').length",
    "$thousand.reduce((t, x) => t.replaceAll('', 'aa'), 'a').length",
    "$thousand.reduce((t, x) => to_json(t), '\\\\').length",
    "$thousand.reduce((t, x) => base64(t), 'a').length",
    "$thousand.reduce((t, x) => [t, t].join(t), 'a').length",
    "$thousand.reduce((o, x) => merge(o, { ['k' + x]: o }), { a: 1 })",
    "'x'.repeat(1e8)",
    "'x'.repeat(1 / 0)",
    "'x'.padStart(1e9)",
    "'x'.padEnd(1e9, 'ab').length",
    "$thousand.map(x => 'x'.padStart(1000000)).length",
    "$thousand.map(x => $big.toUpperCase()).length",
    "$thousand.map(x => sha256($big)).length",
    "$thousand.map(x => $big == $alsoBig).length",
    "$thousand.map(x => $big < $alsoBig).length",
    "$thousand.map(x => [$big].includes($alsoBig)).length",
    "$thousand.map(x => [$big, $alsoBig].sort()).length",
    "$thousand.map(x => unique([$big + x])).length",
    "$thousand.map(x => $big.trim()).length",
    "$thousand.map(x => $big.includes('y')).length",
    "$thousand.map(x => +$big).length",
    "$thousand.map(x => Number($big)).length",
    "$thousand.map(x => parse_json($big)).length",
    "$big.indexOf('y' + $big.slice(0, 500000))",
    "$big.split('').length + [...$big].length + [...$big].length",
    "({ ...$big, ...$big })",
    "$thousand.map(x => $thousand.sort()).length",
    "$thousand.map(x => $thousand.sort((a, b) => b - a)).length",
    "$thousand.flatMap(x => $thousand).flatMap(x => $thousand)",
    "$thousand.map(x => chunk($thousand, 1)).length",
    "$thousand.map(x => $thousand.reverse()).length",
    "$thousand.map(x => $thousand.slice()).length",
    "$thousand.map(x => Object.entries($thousand)).length",
    "$thousand.map(x => group_by($thousand, 'a')).length",
    "$thousand.map(x => [...$thousand]).length",
    "$thousand.map(x => Math.max(...$thousand)).length",
    "$thousand.map(x => sum($thousand)).length",
  ])("%s", (source) => {
    expect(() => evaluate(source, roots)).toThrow(expect.objectContaining({ code: "EXPRESSION_LIMIT" }));
  });

  test("text with values in it", () => {
    const source = `{{ ${"$big + ".repeat(9)}$big }}!`;
    expect(() => evaluateText(source, roots)).toThrow(expect.objectContaining({ code: "EXPRESSION_LIMIT" }));
  });
});

describe("ordinary work is far from the bound", () => {
  test.each<readonly [string, number]>([
    ["$thousand.map(x => ({ id: x, double: x * 2 }))", 10_000],
    ["sum($thousand)", 2000],
    ["$thousand.filter(x => x > 500).length", 2000],
    ["$thousand.sort((a, b) => b - a)", 30_000],
    ["$big.toUpperCase().length", 50_000],
    ["'a' + 'b'", 1],
  ])("%s", (source, most) => {
    evaluate(source, roots);
    expect(workDone()).toBeLessThanOrEqual(most);
  });

  test("each evaluation has the whole bound for itself", () => {
    for (let time = 0; time < 5; time++) {
      expect(evaluate("$thousand.flatMap(x => range(400)).length", roots)).toBe(400_000);
    }
  });

  test("the cost of an arrow function grows with its body", () => {
    evaluate("$thousand.map(x => x)", roots);
    const small = workDone();
    evaluate(`$thousand.map(x => ${"x + ".repeat(150)}x)`, roots);
    expect(workDone()).toBeGreaterThan(10 * small);
  });
});
