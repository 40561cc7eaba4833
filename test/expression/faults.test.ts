import { describe, expect, test } from "vitest";
import { isFault, parseExpression, sourceLimit } from "../../src/expression/parse.js";
import { faultOf } from "./evaluation.js";

/** Each expression marks the place of its fault with ‹ and ›. */
function marked(text: string) {
  const start = text.indexOf("‹");
  const end = text.indexOf("›") - 1;
  return { source: text.replace("‹", "").replace("›", ""), start, end };
}

const cases: readonly (readonly [marked: string, code: string, says: RegExp, hint?: RegExp])[] = [
  ["‹›", "EXPRESSION_SYNTAX", /it is empty/],
  ["$a +‹›  ", "EXPRESSION_SYNTAX", /ends too early/],
  ["$a ‹b›", "EXPRESSION_SYNTAX", /"b" stands behind its end/],
  ["$a‹)›", "EXPRESSION_SYNTAX", /"\)" stands behind/],
  ["$a ‹;›", "EXPRESSION_SYNTAX", /";" stands behind/],
  ["$a.‹+› 1", "EXPRESSION_SYNTAX", /"\+" is not expected there/],
  ["(‹>› 1)", "EXPRESSION_SYNTAX", /">" is not expected there/],
  ["‹'abc›", "EXPRESSION_SYNTAX", /unterminated string/],
  ["$a ?? $b ‹||› $c", "EXPRESSION_SYNTAX", /logical expressions/i],
  ["‹1e999›", "EXPRESSION_SYNTAX", /too large/],
  ["‹[1,,2]›", "EXPRESSION_SYNTAX", /item is missing/],
  ["‹$a.b = 1›", "EXPRESSION_FORBIDDEN", /no assignment/, /===/],
  ["‹$a += 1›", "EXPRESSION_FORBIDDEN", /no assignment/],
  ["‹$a.b++›", "EXPRESSION_FORBIDDEN", /`\+\+`/, /x \+ 1/],
  ["‹new Date()›", "EXPRESSION_FORBIDDEN", /`new`/, /date_add/],
  ["‹import('fs')›", "EXPRESSION_FORBIDDEN", /`import`/],
  ["‹import.meta›", "EXPRESSION_FORBIDDEN", /import\.meta/],
  ["‹this›.x", "EXPRESSION_FORBIDDEN", /`this`/],
  ["$a.map(‹function (x) { return x }›)", "EXPRESSION_ARGUMENTS", /arrow function/],
  ["[‹function () {}›]", "EXPRESSION_FORBIDDEN", /`function`/, /arrow/],
  ["[‹class {}›]", "EXPRESSION_FORBIDDEN", /classes/],
  ["‹`a${$b}`›", "EXPRESSION_FORBIDDEN", /template literals/, /\+/],
  ["‹$a`x`›", "EXPRESSION_FORBIDDEN", /template literals/],
  ["(‹1, 2›)", "EXPRESSION_FORBIDDEN", /`,`/],
  ["‹/a+/›.test($b)", "EXPRESSION_FORBIDDEN", /regular expressions/],
  ["[‹/a+/›]", "EXPRESSION_FORBIDDEN", /regular expressions/, /includes/],
  ["‹10n›", "EXPRESSION_FORBIDDEN", /big integers/],
  ["‹typeof $a›", "EXPRESSION_FORBIDDEN", /`typeof`/],
  ["‹void 0›", "EXPRESSION_FORBIDDEN", /`void`/, /null/],
  ["‹delete $a.b›", "EXPRESSION_FORBIDDEN", /`delete`/, /omit/],
  ["‹'a' in $b›", "EXPRESSION_FORBIDDEN", /`in`/],
  ["‹$a instanceof $b›", "EXPRESSION_FORBIDDEN", /`instanceof`/],
  ["‹$a & 1›", "EXPRESSION_FORBIDDEN", /`&`/, /&&/],
  ["‹$a | 1›", "EXPRESSION_FORBIDDEN", /`\|`/, /\?\?/],
  ["‹1 << 2›", "EXPRESSION_FORBIDDEN", /`<<`/],
  ["‹~1›", "EXPRESSION_FORBIDDEN", /`~`/],
  ["‹x => x›", "EXPRESSION_FORBIDDEN", /function as a value/, /argument/],
  ["[‹x => x›]", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["({ f: ‹x => x› })", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["sum(‹x => x›)", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["[1].map(x => ‹y => y›)", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["[1].reduce((a, b) => a, ‹x => x›)", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["‹Math.floor›", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["‹sum›", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["‹Math›", "EXPRESSION_FORBIDDEN", /function as a value/],
  ["({ ‹get a() { return 1 }› })", "EXPRESSION_FORBIDDEN", /getters/],
  ["({ a‹() { return 1 }› })", "EXPRESSION_FORBIDDEN", /`function`/],
  ["({ ‹$a› })", "EXPRESSION_FORBIDDEN", /begin with `\$`/, /\{ a: \$a \}/],
  ["({ ‹__proto__›: 1 })", "EXPRESSION_FORBIDDEN", /__proto__/],
  ["({ ‹'constructor'›: 1 })", "EXPRESSION_FORBIDDEN", /constructor/],
  ["$a.‹__proto__›", "EXPRESSION_FORBIDDEN", /__proto__/],
  ["$a.b.‹constructor›.c", "EXPRESSION_FORBIDDEN", /constructor/],
  ["$a[‹'prototype'›]", "EXPRESSION_FORBIDDEN", /prototype/],
  ["‹$constructor›", "EXPRESSION_FORBIDDEN", /constructor/],
  ["‹customer›.name", "EXPRESSION_FORBIDDEN", /name "customer"/, /\$customer/],
  ["[1].map(order => ‹ordr›)", "EXPRESSION_FORBIDDEN", /ordr/, /order/],
  ["‹undefined›", "EXPRESSION_FORBIDDEN", /undefined/, /null/],
  ["‹JSON›.parse('1')", "EXPRESSION_FORBIDDEN", /JSON/, /parse_json/],
  ["‹Math.random›()", "EXPRESSION_FORBIDDEN", /Math\.random/],
  ["‹globalThis›", "EXPRESSION_FORBIDDEN", /globalThis/],
  ["‹$›", "EXPRESSION_FORBIDDEN", /name "\$"/],
  ["‹$1›", "EXPRESSION_FORBIDDEN", /name "\$1"/],
  ["[1].map(‹async x => x›)", "EXPRESSION_FORBIDDEN", /await/],
  ["[1].map(x => ‹{ return x }›)", "EXPRESSION_FORBIDDEN", /statements/, /without braces/],
  ["[1].map((‹x = 1›) => x)", "EXPRESSION_FORBIDDEN", /default parameters/, /\?\?/],
  ["[1].map((‹...x›) => x)", "EXPRESSION_FORBIDDEN", /rest parameters/],
  ["[1].map(({ ‹...x› }) => x)", "EXPRESSION_FORBIDDEN", /rest parameters/],
  ["[1].map(‹$x› => 1)", "EXPRESSION_FORBIDDEN", /parameters that begin/],
  ["[1].map(({ ‹constructor›: c }) => c)", "EXPRESSION_FORBIDDEN", /constructor/],
  ["[1].map(({ [‹'x'›]: c }) => c)", "EXPRESSION_FORBIDDEN", /computed names/],
  ["‹(x => x)›(1)", "EXPRESSION_FORBIDDEN", /calls of values/],
  ["‹$a›()", "EXPRESSION_FORBIDDEN", /calls of values/],
  ["[1].map(f => ‹f›(1))", "EXPRESSION_FORBIDDEN", /calls of values/],
  ["$a[‹'map'›](x => x)", "EXPRESSION_FORBIDDEN", /computed method names/],
  ["sum(‹...$a›)", "EXPRESSION_FORBIDDEN", /`\.\.\.` here/],
  ["‹summ›($a)", "EXPRESSION_FUNCTION_UNKNOWN", /"summ"/, /"sum"/],
  ["‹floor›(1)", "EXPRESSION_FUNCTION_UNKNOWN", /"floor"/, /Math\.floor/],
  ["‹trim›($a)", "EXPRESSION_FUNCTION_UNKNOWN", /"trim"/, /value\.trim/],
  ["‹Math.flor›(1)", "EXPRESSION_FUNCTION_UNKNOWN", /Math\.flor/, /Math\.floor/],
  ["‹Math.TAU›", "EXPRESSION_FUNCTION_UNKNOWN", /Math\.TAU/],
  ["‹Object.assign›({}, $a)", "EXPRESSION_FUNCTION_UNKNOWN", /Object\.assign/],
  ["$a.‹mapp›(x => x)", "EXPRESSION_FUNCTION_UNKNOWN", /"mapp"/, /"map"/],
  ["$a.‹sum›()", "EXPRESSION_FUNCTION_UNKNOWN", /"sum"/, /sum\(value\)/],
  ["$a.‹match›('x')", "EXPRESSION_FUNCTION_UNKNOWN", /"match"/],
  ["‹sum()›", "EXPRESSION_ARGUMENTS", /takes 1 argument, but 0 are given/],
  ["‹now(1)›", "EXPRESSION_ARGUMENTS", /takes no arguments, but 1 is given/],
  ["‹range(1, 2, 3, 4)›", "EXPRESSION_ARGUMENTS", /1 to 3 arguments/],
  ["‹merge()›", "EXPRESSION_ARGUMENTS", /at least 1 argument,/],
  ["‹$a.map()›", "EXPRESSION_ARGUMENTS", /1 argument/],
  ["$a.map(‹$b›)", "EXPRESSION_ARGUMENTS", /arrow function/],
  ["$a.sort(‹'x'›)", "EXPRESSION_ARGUMENTS", /arrow function/],
  ["$a.map((x, i, l, ‹m›) => x)", "EXPRESSION_ARGUMENTS", /up to 3 parameters/],
];

describe("faults have a code, words and exact places", () => {
  test.each(cases.map((each) => ({ title: each[0], each })))(
    "$title",
    ({ each: [text, code, says, hint] }) => {
      const { source, start, end } = marked(text);
      const fault = faultOf(source);
      expect({ code: fault.problem.code, start: fault.start, end: fault.end }).toEqual({ code, start, end });
      expect(fault.problem.message).toMatch(says);
      if (hint !== undefined) expect(fault.problem.hint).toMatch(hint);
    },
  );
});

describe("reading is bounded", () => {
  test("the length of the text", () => {
    expect(faultOf(`'${"a".repeat(sourceLimit)}'`).problem.code).toBe("EXPRESSION_LIMIT");
    expect(isFault(parseExpression(`'${"a".repeat(sourceLimit - 2)}'`))).toBe(false);
  });

  test.each([
    ["parentheses", "(".repeat(30_000)],
    ["closed parentheses", `${"(".repeat(30_000)}1${")".repeat(30_000)}`],
    ["lists", `${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["objects", `${"({a:".repeat(10_000)}1${"})".repeat(10_000)}`],
    ["not", "!".repeat(60_000) + "1"],
    ["signs", "- ".repeat(30_000) + "1"],
    ["sums", "1+".repeat(30_000) + "1"],
    ["powers", "2**".repeat(20_000) + "2"],
    ["members", "$a" + ".b".repeat(30_000)],
    ["calls", "$a" + ".at(0)".repeat(10_000)],
    ["choices", "1?1:".repeat(16_000) + "1"],
    ["defaults", "1??".repeat(20_000) + "1"],
    ["arrows", "$a.map(x=>".repeat(6000) + "1" + ")".repeat(6000)],
    ["bare arrows", "x=>".repeat(20_000) + "1"],
    ["patterns", `$a.map((${"[".repeat(20_000)}x${"]".repeat(20_000)})=>x)`],
    ["object patterns", `$a.map((${"{a:".repeat(15_000)}x${"}".repeat(15_000)})=>x)`],
    ["spreads", "[...".repeat(12_000) + "1" + "]".repeat(12_000)],
    ["templates", "`${".repeat(15_000)],
    ["keys", "$a" + "[$a".repeat(15_000) + "]".repeat(15_000)],
  ])("the nesting of %s", (_, source) => {
    expect(["EXPRESSION_LIMIT", "EXPRESSION_SYNTAX", "EXPRESSION_FORBIDDEN"]).toContain(
      faultOf(source).problem.code,
    );
  });

  test("up to two hundred levels are fine", () => {
    expect(isFault(parseExpression("1+".repeat(199) + "1"))).toBe(false);
    expect(faultOf("1+".repeat(200) + "1").problem.code).toBe("EXPRESSION_LIMIT");
  });
});
