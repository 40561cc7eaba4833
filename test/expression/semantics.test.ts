import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/expression/value.js";
import { evaluate } from "./evaluation.js";

const roots = {
  customer: { id: 7, name: "Ada", tags: ["a", "b"], address: { city: "Paris" }, "x-id": 9, length: 3 },
  orders: [
    { id: 1, total: 30, state: "open", items: [{ sku: "x" }, { sku: "y" }] },
    { id: 2, total: 10, state: "done", items: [] },
    { id: 3, total: 20, state: "open", items: [{ sku: "x" }] },
  ],
  text: "Hello",
  zero: 0,
  link: { values: 1 },
  filter: 2,
  own: JSON.parse('{"__proto__": 1, "toString": "t", "map": "m"}') as JsonValue,
};

const tables: Record<string, readonly (readonly [string, JsonValue])[]> = {
  "literals and members": [
    ["'a'", "a"],
    ["1.5e3", 1500],
    ["-1", -1],
    ["true", true],
    ["null", null],
    ["$customer.name", "Ada"],
    ["$customer['name']", "Ada"],
    ["$customer?.address?.['city']", "Paris"],
    ["$customer.tags[1]", "b"],
    ["$customer.tags[$zero]", "a"],
    ["$customer.tags['1']", "b"],
    ["$customer.tags.length", 2],
    ["$customer['na' + 'me']", "Ada"],
    ["$customer['x-id']", 9],
    ["$customer.length", 3],
    ["$text.length", 5],
    ["$text[1]", "e"],
    ["$own.toString", "t"],
    ["$own.map", "m"],
    ["$link.values + $filter", 3],
    ["$own['__pro' + 'to__']", 1],
    ["('a').length", 1],
    ["[1, 2][1]", 2],
    ["({ a: { b: 1 } }).a.b", 1],
    ["$customer /* said twice */ .name // here", "Ada"],
  ],
  operators: [
    ["1 + 2 * 3 - 4 / 2", 5],
    ["2 ** 3 ** 2", 512],
    ["(-7) % 3", -1],
    ["7 % 3", 1],
    ["'a' + 1 + true", "a1true"],
    ["'3' * '4'", 12],
    ["+'12'", 12],
    ["-'12'", -12],
    ["- -1", 1],
    ["!0 && !''", true],
    ["1 == '1'", false],
    ["1 != '1'", true],
    ["'a' === 'a'", true],
    ["null == null", true],
    ["$customer.nothing === null", true],
    ["'a' < 'b'", true],
    ["2 >= 2", true],
    ["'10' > 9", true],
    ["0 || 'x'", "x"],
    ["0 ?? 'x'", 0],
    ["null ?? 'x'", "x"],
    ["1 && 2", 2],
    ["$zero ? 'a' : $text ? 'b' : 'c'", "b"],
    ["Math.PI > 3", true],
  ],
  "lists and objects": [
    ["[1, ...[2, 3], ...'ab', ...null]", [1, 2, 3, "a", "b"]],
    ["({ a: 1, 'b-c': 2, 3: 4, ['d' + 1]: 5 })", { a: 1, "b-c": 2, 3: 4, d1: 5 }],
    ["({ ...$customer.address, city: 'Rome', ...null })", { city: "Rome" }],
    ["({ a: 1, ...[7], ...'x' })", { a: 1, 0: "x" }],
    ["Math.max(...[1, 5, 2], 3)", 5],
    ["[1].concat([2], [[3]], 4)", [1, 2, [3], 4]],
  ],
  "arrow functions": [
    ["$orders.map(o => o.id)", [1, 2, 3]],
    ["$orders.filter(o => o.state == 'open').map(o => o.total)", [30, 20]],
    ["$orders.map((o, i, all) => i + '/' + all.length)", ["0/3", "1/3", "2/3"]],
    ["$orders.find(o => o.total < 25).id", 2],
    ["$orders.map(({ id, total: sum }) => ({ id, sum }))[0]", { id: 1, sum: 30 }],
    ["Object.entries({ a: 1, b: 2 }).map(([k, v]) => k + v)", ["a1", "b2"]],
    ["$orders.map(([, x]) => x)", [null, null, null]],
    ["$orders.reduce((sum, o) => sum + o.total, 0)", 60],
    ["[3, 1, 2].reduce((a, b) => a + b)", 6],
    ["$orders.flatMap(o => o.items.map(i => o.id + i.sku))", ["1x", "1y", "3x"]],
    ["$orders.sort((a, b) => a.total - b.total).map(o => o.id)", [2, 3, 1]],
    ["$orders.some(o => o.total > 25) && !$orders.every(o => o.total > 25)", true],
    ["['1', 'x'].map(Number)", [1, null]],
    ["[1, 0].filter(Boolean)", [1]],
    ["[1.4, 1.6].map(Math.round)", [1, 2]],
    ["[[1, 2], [3]].map(sum)", [3, 3]],
    ["[1, 2].map(sum => sum + 1)", [2, 3]],
    ["[1].map(() => 'x')", ["x"]],
    ["[1].map((x => (x)))", [1]],
    ["[1, 2].map(x => [3].map(y => x + y + $orders[0].id))", [[5], [6]]],
    ["unique($orders, o => o.state).map(o => o.id)", [1, 2]],
    ["Object.keys(group_by($orders, o => o.state))", ["open", "done"]],
  ],
  "methods that would change a list give a copy": [
    [
      "[$customer.tags.reverse(), $customer.tags]",
      [
        ["b", "a"],
        ["a", "b"],
      ],
    ],
    [
      "[$customer.tags.sort((a, b) => a < b ? 1 : -1), $customer.tags]",
      [
        ["b", "a"],
        ["a", "b"],
      ],
    ],
    ["[10, 9, null, 'b', 1].sort()", [1, 10, 9, "b", null]],
  ],
};

for (const [title, rows] of Object.entries(tables)) {
  describe(title, () => {
    test.each(rows)("%s", (source, value) => {
      expect(evaluate(source, roots)).toEqual(value);
    });
  });
}

describe("the clock", () => {
  test("now() is the time of the scope", () => {
    expect(evaluate("now()")).toBe("2026-01-15T12:00:00.000Z");
    expect(evaluate("[1].map(x => now())")).toEqual(["2026-01-15T12:00:00.000Z"]);
  });

  test("the scope's own time is no root", () => {
    expect(evaluate("$nowMs")).toBeNull();
  });
});
