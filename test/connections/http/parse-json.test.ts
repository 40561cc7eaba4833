import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../../src/connections/http/parse-json.js";

describe("integers that a number cannot hold", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", "9007199254740992"],
    ["-9007199254740991", -9007199254740991],
    ["-9007199254740993", "-9007199254740993"],
    ["[1,12345678901234567890]", [1, "12345678901234567890"]],
    ['{"id":12345678901234567890 , "n": 1}', { id: "12345678901234567890", n: 1 }],
    ['{"text":"12345678901234567890"}', { text: "12345678901234567890" }],
    [
      '{"text":"a \\" 12345678901234567890","id":12345678901234567890}',
      { text: 'a " 12345678901234567890', id: "12345678901234567890" },
    ],
    ['{"text":"\\\\","id":12345678901234567890}', { text: "\\", id: "12345678901234567890" }],
    ["0.12345678901234567890", 0.12345678901234568],
    ["12345678901234567890.5", 12345678901234567000],
    ["12345678901234567890e2", 1.234567890123456789e21],
    ["1e2", 100],
    ["1000000000000000", 1000000000000000],
  ])("%s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test("are found wherever they begin", () => {
    for (let blanks = 0; blanks < 40; blanks++) {
      expect(parseJson(`${" ".repeat(blanks)}[9007199254740993]`)).toEqual(["9007199254740993"]);
    }
  });
});

test.each([
  ["01234567890123456789"],
  ["{12345678901234567890: 1}"],
  ["{12345678901234567890 \n : 1}"],
  ["[--12345678901234567890]"],
  ["[1 12345678901234567890]"],
  ['"12345678901234567890'],
  ["<html>12345678901234567890</html>"],
  ["[12345678901234567890"],
  ["NaN"],
  [" "],
])("%s is not JSON, with or without quotes around its integers", (text) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: "SOURCE_REPLY_INVALID" }));
});

test("`__proto__` is a name like any other", () => {
  const value = parseJson('{"__proto__":{"isAdmin":true},"a":1}') as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(["__proto__", "a"]);
  expect(value["isAdmin"]).toBeUndefined();
});

test("every other JSON is what JSON.parse says", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      fc.pre(!/\d{16}/.test(text));
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("every integer comes back as it was written", () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n })),
      fc.string(),
      (integers, text) => {
        const written = `{${JSON.stringify(text)}: [${integers.join(" , ")}]}`;
        const [read] = Object.values(parseJson(written) as Record<string, (number | string)[]>);
        expect(read!.map((each) => BigInt(each))).toEqual(integers);
      },
    ),
  );
});

test("a long run of digits takes no longer than its length", () => {
  const startMs = performance.now();
  parseJson(`[0.${"1".repeat(2_000_000)}]`);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
