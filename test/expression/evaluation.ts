import { compileExpression, compileTemplate } from "../../src/expression/compile.js";
import type { ExpressionFault } from "../../src/expression/expression.js";
import { isFault, parseExpression, type ParsedExpression } from "../../src/expression/parse.js";
import { parseText } from "../../src/expression/template.js";
import type { JsonValue } from "../../src/expression/value.js";
import { work, workLimit } from "../../src/expression/work.js";

/** The time that `now()` gives in tests, and in the examples of the library. */
export const testNowMs = Date.UTC(2026, 0, 15, 12);

type Roots = Readonly<Record<string, JsonValue | undefined>>;

/** The value of an expression. Throws what evaluating throws, and an error with the message of a fault. */
export function evaluate(source: string, roots: Roots = {}): JsonValue {
  return compileExpression(parsed(source))({ ...roots, nowMs: testNowMs } as Roots & { nowMs: number });
}

/** The value of a string as it stands in YAML. */
export function evaluateText(source: string, roots: Roots = {}): JsonValue {
  const text = parseText(source);
  if (isFault(text)) throw new Error(text.problem.message);
  return compileTemplate(text.template)({ ...roots, nowMs: testNowMs } as Roots & { nowMs: number });
}

export function parsed(source: string): ParsedExpression {
  const result = parseExpression(source);
  if (isFault(result)) throw new Error(`${source}: ${result.problem.message}`);
  return result;
}

export function faultOf(source: string): ExpressionFault {
  const result = parseExpression(source);
  if (!isFault(result)) throw new Error(`${source} is no fault`);
  return result;
}

/** How much work the last evaluation did. */
export function workDone(): number {
  return workLimit - work.left;
}
