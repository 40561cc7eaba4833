import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of expressions: of their text, when loading, and of their work, when running. */
export const expressionProblems = {
  EXPRESSION_SYNTAX: entry<{ reason: string }>("An expression is not well formed.", (p) => ({
    message: `This is not an expression: ${p.reason}.`,
  })),
  EXPRESSION_FORBIDDEN: entry<{ what: string; instead?: string | undefined }>(
    "An expression uses JavaScript that is outside the safe subset.",
    (p) => ({ message: `Expressions have no ${p.what}.`, hint: p.instead }),
  ),
  EXPRESSION_IN_TEXT: entry<{ found: string }>(
    "A `$` stands before a letter inside a text, where it would not be replaced.",
    (p) => ({
      message: `"${p.found}" stands inside a text, where it would stay as it is.`,
      hint: `Write {{ ${p.found} }} to put its value there, or $${p.found} for a dollar sign.`,
    }),
  ),
  EXPRESSION_FUNCTION_UNKNOWN: entry<{
    name: string;
    known: readonly string[];
    instead?: string | undefined;
  }>("An expression calls a function or method that is not in the library.", (p) => ({
    message: `There is no function "${p.name}".`,
    hint: p.instead ?? nameHint(p.name, p.known),
  })),
  EXPRESSION_ARGUMENTS: entry<{ name: string; expected: string; found: number | string }>(
    "A library function is called with the wrong number or kind of arguments.",
    (p) => ({
      message: `"${p.name}" takes ${p.expected}, but ${p.found} ${typeof p.found === "string" || p.found === 1 ? "is" : "are"} given.`,
    }),
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
    "An expression is larger, did more work, or made a longer value than its bound allows.",
    (p) => ({ message: `An expression went past its bound of ${p.bound}.` }),
  ),
  EXPRESSION_FAILED: entry<{ reason: string }>(
    "A library function refused its arguments while running.",
    (p) => ({ message: `An expression failed: ${p.reason}.` }),
  ),
};
