import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { compileExpression, compileTemplate } from "../../src/expression/compile.js";
import { isFault, parseExpression } from "../../src/expression/parse.js";
import { parseText } from "../../src/expression/template.js";
import { workLimit } from "../../src/expression/work.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { workDone } from "./evaluation.js";
import { anyExpression, plainExpression, tokenSoup } from "./generated.js";
import { expectPureJson, worldOf } from "./pure-value.js";

const scope = {
  nowMs: 0,
  a: { x: { y: 1 }, constructor: "own" },
  b: null,
  list: [1, { x: 2 }, ["y"]],
  text: "constructor",
  key: "__proto__",
  nothing: null,
};
const scopeBefore = JSON.stringify(scope);
const world = worldOf();

/** More rounds, with FUZZ_ROUNDS, find rarer things. */
const rounds = Number(process.env.FUZZ_ROUNDS ?? 1);
vi.setConfig({ testTimeout: 60_000 * rounds });

/** Runs what can be read, and holds it to the promises. True when it could be read. */
function holds(source: string): boolean {
  const parsed = parseExpression(source);
  if (isFault(parsed)) {
    expect(parsed.problem.code).toMatch(/^EXPRESSION_/);
    expect(parsed.start).toBeGreaterThanOrEqual(0);
    expect(parsed.end).toBeGreaterThanOrEqual(parsed.start);
    expect(parsed.end).toBeLessThanOrEqual(source.length);
    return false;
  }
  for (const { root, start, end } of parsed.references) {
    const written = source.slice(start, end);
    if (!written.includes("\\")) expect(written).toBe(`$${root}`);
  }
  runPurely(() => compileExpression(parsed)(scope));
  return true;
}

function runPurely(run: () => unknown): void {
  try {
    expectPureJson(run());
    expect(workDone()).toBeLessThanOrEqual(workLimit);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    expect(["EXPRESSION_LIMIT", "EXPRESSION_FAILED"]).toContain(error.code);
    expect(error.message).not.toContain("a built-in function refused");
  }
}

test("random tokens give a fault or pure JSON", () => {
  fc.assert(
    fc.property(tokenSoup, (source) => void holds(source)),
    { numRuns: 2000 * rounds },
  );
  expect(worldOf()).toEqual(world);
});

test("random texts with random values in them", () => {
  const text = fc.array(fc.oneof(fc.constantFrom("{{", "}}", "$", "$$", "$a", "' "), tokenSoup), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(text, (parts) => {
      const source = parts.join("");
      const read = parseText(source);
      if (isFault(read)) {
        expect(read.start).toBeGreaterThanOrEqual(0);
        expect(read.end).toBeLessThanOrEqual(source.length);
      } else runPurely(() => compileTemplate(read.template)(scope));
    }),
    { numRuns: 800 * rounds },
  );
});

test("random characters never break the parser", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (source) => void holds(source)),
    { numRuns: 800 * rounds },
  );
});

test("random expressions of the grammar can be read and give pure JSON", () => {
  fc.assert(
    fc.property(anyExpression, (source) => {
      if (!holds(source)) expect.fail(source);
    }),
    { numRuns: 800 * rounds },
  );
  expect(worldOf()).toEqual(world);
  expect(JSON.stringify(scope)).toBe(scopeBefore);
});

test("without nulls, JavaScript gives the same", () => {
  const names = { $n: 3, $list: [5, -2, 0.5], $text: "x-y z" };
  const { $n: n, $list: list, $text: text } = names;
  fc.assert(
    fc.property(plainExpression, (source) => {
      const parsed = parseExpression(source);
      if (isFault(parsed)) throw new Error(parsed.problem.message);
      const native = new Function(...Object.keys(names), `return [${source}]`) as (
        ...given: unknown[]
      ) => unknown[];
      const expected = JSON.stringify(native(...Object.values(names))[0]);
      expect(JSON.stringify(compileExpression(parsed)({ nowMs: 0, n, list, text }))).toBe(expected);
    }),
    { numRuns: 400 * rounds },
  );
});
