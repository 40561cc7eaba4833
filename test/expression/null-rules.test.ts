import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/expression/value.js";
import { evaluate, evaluateText } from "./evaluation.js";

const roots = { nothing: null, unset: undefined, a: { x: 1, list: [1, null], infinite: 0 } };

const tables: Record<string, readonly (readonly [string, JsonValue])[]> = {
  "missing and null are one": [
    ["$unset", null],
    ["$never", null],
    ["$a.y", null],
    ["$a.y == null", true],
    ["$a.list[5]", null],
    ["$a.list[-1]", null],
    ["$a.x.y.z", null],
    ["$a[null]", null],
    ["$a[$a]", null],
    ["[1, 2].find(x => x > 5)", null],
    ["'abc'.at(7)", null],
    ["'abc'[7]", null],
    ["[].reduce((a, b) => a + b)", null],
  ],
  "reading and calling on null gives null": [
    ["$nothing.x", null],
    ["$nothing.x.y[0]['z']", null],
    ["$nothing[0 + 1]", null],
    ["$nothing.map(x => x.y)", null],
    ["$nothing.toUpperCase().trim()", null],
    ["$nothing.length", null],
  ],
  "comparison with null is false": [
    ["$nothing < 1", false],
    ["$nothing <= 0", false],
    ["1 > $nothing", false],
    ["0 >= $nothing", false],
    ["$nothing < $nothing", false],
    ["$a < 1", false],
    ["[1] <= 1", false],
  ],
  "arithmetic with null, lists and objects is null": [
    ["$nothing + 1", null],
    ["'a' + $nothing", null],
    ["$nothing + 'a'", null],
    ["1 - $nothing", null],
    ["$nothing * 2", null],
    ["$nothing / 2", null],
    ["$nothing % 2", null],
    ["$nothing ** 0", null],
    ["-$nothing", null],
    ["+$nothing", null],
    ["$a + 1", null],
    ["[1] + 1", null],
    ["[2] * 2", null],
    ["-[2]", null],
  ],
  "functions give null for null": [
    ["Math.floor($nothing)", null],
    ["Math.max(1, $nothing)", null],
    ["Math.pow(2, $nothing)", null],
    ["Math.floor([1])", null],
    ["Number($nothing)", null],
    ["Number([1])", null],
    ["String($nothing)", null],
    ["'a'.includes($nothing)", null],
    ["'a'.padStart(3, $nothing)", null],
    ["'a'.concat($nothing)", null],
    ["sha256($nothing)", null],
    ["base64($nothing)", null],
    ["base64_decode($nothing)", null],
    ["parse_json($nothing)", null],
    ["date_add($nothing, 1, 'day')", null],
    ["date_add('2026-01-01', $nothing, 'day')", null],
    ["date_diff('2026-01-01', $nothing, 'days')", null],
    ["format_date($nothing, 'YYYY')", null],
    ["Number.parseInt($nothing)", null],
    ["Object.keys($nothing)", null],
    ["Object.fromEntries($nothing)", null],
    ["sum($nothing)", null],
    ["avg($nothing)", null],
    ["min($nothing)", null],
    ["round($nothing, 2)", null],
    ["group_by($nothing, 'x')", null],
    ["index_by($nothing, 'x')", null],
    ["unique($nothing)", null],
    ["chunk($nothing, 2)", null],
    ["range($nothing)", null],
    ["pick($nothing, ['x'])", null],
    ["omit($nothing, ['x'])", null],
    ["merge($nothing, { a: 1 })", { a: 1 }],
    ["[1, null].join($nothing)", null],
    ["[1, null].includes($nothing)", true],
  ],
  "a number that is not finite leaves as null": [
    ["1 / 0", null],
    ["0 / 0", null],
    ["1 / 0 > 5", true],
    ["Number('x')", null],
    ["({ a: 1 / 0, b: [0 / 0, { c: Math.log(0) }] })", { a: null, b: [null, { c: null }] }],
    ["[1, 0].map(x => 1 / x)", [1, null]],
    [
      "[1, 0].map(x => ({ v: 1 / x, w: x }))",
      [
        { v: 1, w: 1 },
        { v: null, w: 0 },
      ],
    ],
    ["[[0].map(x => 1 / x)].flat()", [null]],
    ["$a.y ?? 1 / 0", null],
    ["true ? 1 / 0 : 1", null],
    ["({ ...{ a: 1 / 0 } })", { a: null }],
    ["[1 / 0][0]", null],
    ["sum([10 ** 308, 10 ** 308])", null],
    ["unique([0 / 0, 0 / 0])", [null]],
  ],
};

for (const [title, rows] of Object.entries(tables)) {
  describe(title, () => {
    test.each(rows)("%s", (source, value) => {
      expect(evaluate(source, roots)).toEqual(value);
    });
  });
}

test("in a text null is empty, and lists and objects are JSON", () => {
  expect(evaluateText("<{{ $nothing }}|{{ $a }}|{{ 1 / 0 }}|{{ true }}>", roots)).toBe(
    '<|{"x":1,"list":[1,null],"infinite":0}||true>',
  );
});
