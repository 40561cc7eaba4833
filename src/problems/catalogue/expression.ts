import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of expressions: of their text, when loading, and of their work, when running. */
export const expressionProblems = {
  EXPRESSION_SYNTAX: entry<{ reason: string }>("An expression is not well formed.", (p) => ({
    message: `This is not an expression: ${p.reason}.`,
  })),
  EXPRESSION_FORBIDDEN: entry<{ what: string; instead?: string }>(
    "An expression uses JavaScript that is outside the safe subset.",
    (p) => ({ message: `Expressions have no ${p.what}.`, hint: p.instead }),
  ),
  EXPRESSION_FUNCTION_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "An expression calls a function or method that is not in the library.",
    (p) => ({ message: `There is no function "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  EXPRESSION_ARGUMENTS: entry<{ name: string; expected: string; found: number }>(
    "A library function is called with the wrong number of arguments.",
    (p) => ({ message: `"${p.name}" takes ${p.expected}, but ${p.found} given.` }),
  ),
  EXPRESSION_NAME_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "An expression refers to a name that does not exist where it stands.",
    (p) => ({ message: `There is no "$${p.name}" here.`, hint: nameHint(p.name, p.known, "$") }),
  ),
  EXPRESSION_FIELD_UNKNOWN: entry<{ of: string; field: string; known: readonly string[] }>(
    "An expression reads a field that the value does not have.",
    (p) => ({ message: `"${p.of}" has no field "${p.field}".`, hint: nameHint(p.field, p.known) }),
  ),
  EXPRESSION_LIMIT: entry<{ bound: string }>(
    "An expression did more work, or made a longer value, than its bound allows.",
    (p) => ({ message: `An expression went past its bound of ${p.bound}.` }),
  ),
  EXPRESSION_FAILED: entry<{ reason: string }>(
    "A library function refused its arguments while running.",
    (p) => ({ message: `An expression failed: ${p.reason}.` }),
  ),
};
