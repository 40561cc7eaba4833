import { failure } from "../problems/orchestrator-error.js";

/** How much one evaluation may do. A unit is one item of a list, one call of an arrow function, or 64 characters. */
export const workLimit = 1_000_000;

/** The longest text, in characters, that an expression may make. */
export const textLimit = 10_000_000;

/** The deepest value that an expression may make out of parts of its own. */
export const valueDepthLimit = 500;

/**
 * What is left of the evaluation that runs now. One for all, because an evaluation never waits and never starts
 * another; generated code sets it back when it begins.
 */
export const work = { left: workLimit };

/** Counts work. Throws EXPRESSION_LIMIT when the bound is passed, or when `units` is not a number. */
export function spend(units: number): void {
  if (!((work.left -= units) >= 0)) stopWork();
}

/** Counts the making or reading of a text of this many characters. */
export function spendText(length: number): void {
  if (length > 64) {
    if (length > textLimit) stopText();
    spend(length / 64);
  }
}

/** Throws EXPRESSION_LIMIT for work. */
export function stopWork(): never {
  throw failure("EXPRESSION_LIMIT", { bound: `${workLimit.toLocaleString("en")} units of work` });
}

function stopText(): never {
  throw failure("EXPRESSION_LIMIT", { bound: `${textLimit.toLocaleString("en")} characters of text` });
}

/** Throws EXPRESSION_LIMIT for a value that is nested too deeply. */
export function stopDepth(): never {
  throw failure("EXPRESSION_LIMIT", { bound: `${valueDepthLimit} levels of lists and objects` });
}
