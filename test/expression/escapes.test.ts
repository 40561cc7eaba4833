import { describe, expect, test } from "vitest";
import { compileExpression } from "../../src/expression/compile.js";
import { isFault, parseExpression } from "../../src/expression/parse.js";
import { parseText } from "../../src/expression/template.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { testNowMs } from "./evaluation.js";
import { expectPureJson, worldOf } from "./pure-value.js";

const refused = [
  "$a.constructor.constructor('return process')()",
  "$a['constructor']['constructor']('return 1')()",
  "[]['filter']['constructor']('return 1')()",
  "[]['filter']['constructor']",
  "''['constructor']",
  "(1).constructor",
  "true.constructor",
  "$a.__proto__",
  "$a?.['__proto__']",
  "$a?.__proto__?.x",
  "$a['\\x5f_proto__']",
  "$a['\\u005f\\u005fproto__']",
  "$a.\\u0063onstructor",
  "$a.\\u{63}onstructor",
  "$a['\\143onstructor']",
  "$a[`constructor`]",
  "`${$a.constructor}`",
  "$a.b`x`",
  "this",
  "this.constructor",
  "[1].map(function () { return this })",
  "[1].map(x => this)",
  "[1].map(x => arguments)",
  "[1].map(x => { return process })",
  "[1].map((x = process) => x)",
  "[1].map((x = $a.constructor) => x)",
  "[1].map(({ x = process }) => x)",
  "[1].map(({ constructor: { constructor: f } }) => f)",
  "[1].map(({ '__proto__': p }) => p)",
  "[1].map(({ ['constr' + 'uctor']: c }) => c)",
  "[1].map(async x => x)",
  "[1].map(x => x.constructor)",
  "[1].map(x => eval('1'))",
  "[1].map(eval)",
  "[1].map(Function)",
  "[1].map(Object)",
  "['x'].map(Object.getPrototypeOf)",
  "['return 1'].map($a.constructor)",
  "(x => x)(1)",
  "(() => 1)()",
  "(function () { return 1 })()",
  "((a, b) => b)`x`",
  "eval('1')",
  "Function('return 1')()",
  "new Function('return 1')()",
  "process.exit()",
  "globalThis.process",
  "require('fs')",
  "import('fs')",
  "import.meta.url",
  "module.exports",
  "window",
  "Reflect.ownKeys($a)",
  "Object.getPrototypeOf($a)",
  "Object.defineProperty($a, 'x', { get: 1 })",
  "Object.assign($a, { b: 1 })",
  "Object.constructor",
  "Object.prototype",
  "Object.keys.constructor",
  "Math.constructor",
  "Math['constructor']",
  "Math['max'](1)",
  "String.raw`x`",
  "String.prototype",
  "String.fromCharCode(1)",
  "Number.prototype.toString",
  "sum.constructor",
  "sum['constructor']",
  "now.call(1)",
  "$a.map.call($a, x => x)",
  "$a.toString.call(1)",
  "$a.valueOf()",
  "$a.hasOwnProperty('x')",
  "$a.__defineGetter__('x', y => y)",
  "$a.__lookupGetter__('x')",
  "$a.list.push(1)",
  "$a.list.splice(0)",
  "$a.list.pop()",
  "$a.list.fill(0)",
  "$a.list.copyWithin(0, 1)",
  "$a.list.forEach(x => x)",
  "$a.b = 1",
  "$a.b++",
  "delete $a.b",
  "[$a.b] = [1]",
  "({ get x() { return process } }).x",
  "({ set x(v) {} })",
  "({ x() { return process } }).x()",
  "({ valueOf: () => 1 }) + 1",
  "({ toString: x => 1 }) + ''",
  "({ __proto__: $a })",
  "({ '__proto__': $a })",
  "({ \\u005f_proto__: $a })",
  "({ __proto__ })",
  "({ async *x() {} })",
  "'a'.replace(/a/, x => process)",
  "'a'.replace('a', x => process)",
  "'a'.matchAll(/a/g)",
  "'a'.link('x')",
  "'a'.localeCompare('b')",
  "'abc'.at.constructor",
  "(1).toFixed.constructor('return 1')",
  "[1].sort.constructor",
  "[].concat.constructor",
  "[1].reduce.constructor",
  "class extends Object {}",
  "class { static { process } }",
  "yield 1",
  "await 1",
  "async () => 1",
  "new.target",
  "super.x",
  "1, process",
  "(1, eval)('1')",
  "a => a",
  "while (1) {}",
  "if (1) 2",
  "$a; process",
  "$a\nprocess",
  "$a//\nprocess",
  "<!-- process",
  "#!process",
  "$constructor",
  "$__proto__",
  "$prototype",
  "$$a",
  "$a.#b",
  "#b in $a",
  "debugger",
  "throw 1",
  "$a?.b = 1",
  "$a ?. constructor",
  "$a\u2028.constructor",
];

/** What can be written, but reads nothing that is not the value's own. */
const harmless: readonly (readonly [source: string, value: unknown])[] = [
  ["$a['con' + 'structor']", null],
  ["$a['con'.concat('structor')]", null],
  ["$a[['constructor']]", null],
  ["$a[['__proto__'][0]]", null],
  ["$a[$key]", null],
  ["$a[$key][$key]", null],
  ["$a[$proto]", null],
  ["[][$key]", null],
  ["[]['fil' + 'ter']", null],
  ["''[$key]", null],
  ["(1)[$key]", null],
  ["true[$key]", null],
  ["$list.map(x => x[$key])", [null, null]],
  ["[$key, $proto].map(k => $a[k])", [null, null]],
  ["Object.keys($a).map(k => $a[k][$key])", [null, null]],
  ["Object.entries($a).map(([k, v]) => v[$key])", [null, null]],
  ["Object.fromEntries([[$proto, { x: 1 }]]).x", null],
  ["({ [$proto]: { x: 1 } }).x", null],
  ["({ ...$evil }).x", null],
  ["merge({}, $evil).x", null],
  ["merge({ a: 1 }, { b: $evil }).b.x", null],
  ["pick($a, [$key, $proto])", {}],
  ["pick($a, ['toString', 'hasOwnProperty'])", {}],
  ["group_by([{ k: 'constructor' }], 'k')['to' + 'String']", null],
  ["group_by([1], 'constructor')", { null: [1] }],
  ["group_by(['x'], 'toString')", { null: ["x"] }],
  ["$a.toString", null],
  ["$a.valueOf", null],
  ["$a.hasOwnProperty", null],
  ["$a.__defineGetter__", null],
  ["[].map", null],
  ["''.toUpperCase", null],
  ["(1).toFixed", null],
  ["$list.filter", null],
  ["$toString", null],
  ["$valueOf", null],
  ["$hasOwnProperty", null],
  ["$nowMs", null],
  ["$a['__define' + 'Getter__']", null],
  ["[...'constructor'].join('')", "constructor"],
  ["'$&'.replace('$&', '$`$1')", "$`$1"],
  ['parse_json(\'{"__proto__":{"x":1}}\').x', null],
  ["({ toString: 1, valueOf: 2 }) + 1", null],
  ["$a[{ toString: 1 }]", null],
  ["$list[{ valueOf: 0 }]", null],
  ["({ then: 1 }).then", 1],
  ["({ toJSON: 1 })", { toJSON: 1 }],
  ["[{ length: -1 }][0].length", -1],
  ["({ length: 1000000000, 0: 1 })[0]", 1],
];

const scope = {
  nowMs: testNowMs,
  a: { b: { c: 1 }, list: [1, 2] },
  list: [{ x: 1 }, []],
  key: "constructor",
  proto: "__proto__",
  evil: JSON.parse('{"__proto__": {"x": 1}, "constructor": {"prototype": {"x": 1}}}'),
};

test.each(refused)("refused: %s", (source) => {
  const parsed = parseExpression(source);
  expect(isFault(parsed)).toBe(true);
  const inText = parseText(`a {{ ${source} }} b`);
  expect(isFault(inText) || inText.template.kind === "text").toBe(true);
});

describe("harmless", () => {
  test.each(harmless)("%s", (source, value) => {
    const before = worldOf();
    const parsed = parseExpression(source);
    if (isFault(parsed)) throw new Error(parsed.problem.message);
    let result: unknown;
    try {
      result = compileExpression(parsed)(scope);
    } catch (error) {
      expect(error).toBeInstanceOf(OrchestratorError);
      throw error;
    }
    expectPureJson(result);
    expect(result).toEqual(value);
    expect(worldOf()).toEqual(before);
  });
});

test("a changed prototype of objects is not read", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  const evaluate = ["$a.polluted", "$polluted", "$a.b.polluted.x", "{ ...$a }.polluted"].map((source) => {
    const parsed = parseExpression(source);
    if (isFault(parsed)) throw new Error(parsed.problem.message);
    return compileExpression(parsed);
  });
  prototype.polluted = { x: 1 };
  try {
    for (const each of evaluate) expect(each(scope)).toBeNull();
    for (const each of evaluate)
      expect(each({ nowMs: 0, a: { polluted: 2, b: { polluted: { x: 2 } } } })).not.toEqual(1);
  } finally {
    delete prototype.polluted;
  }
});

test("values with a prototype of their own show their own fields only", () => {
  class Account {
    readonly name = "x";
    constructed(): number {
      return 1;
    }
  }
  const parsed = parseExpression("$account[$key + 'ed'] ?? $account.name");
  if (isFault(parsed)) throw new Error(parsed.problem.message);
  const account = new Account() as unknown as { name: string };
  expect(compileExpression(parsed)({ nowMs: 0, account, key: "construct" })).toBe("x");
});
