import { parseExpressionAt, tokenizer, tokTypes, type Options } from "acorn";
import type { ExpressionFault } from "./expression.js";
import { faultAt, Refusal, refuse, type Span } from "./fault.js";
import { translateExpression } from "./translate.js";
import type { ParsedExpression } from "./tree.js";

export { isFault } from "./fault.js";
export type { ParsedExpression } from "./tree.js";

/** The longest text, in characters, that is read as an expression. */
export const sourceLimit = 65_536;

/**
 * Reads an expression, or says what is wrong with it: the first fault, with offsets in `source`.
 * Never throws, whatever the text. The names of roots are not checked here; `references` lists them.
 */
export function parseExpression(source: string): ParsedExpression | ExpressionFault {
  return parseExpressionIn(source, { start: 0, end: source.length });
}

/** As `parseExpression`, of a part of a text; offsets are those of the whole text. */
export function parseExpressionIn(text: string, span: Span): ParsedExpression | ExpressionFault {
  const source = text.slice(span.start, span.end);
  try {
    if (source.length > sourceLimit) {
      return faultAt(span, "EXPRESSION_LIMIT", { bound: `${sourceLimit} characters` });
    }
    if (source.trim() === "") refuse(span, "EXPRESSION_SYNTAX", { reason: "it is empty" });
    return { source, ...translateExpression(readSyntax(source, span), span.start) };
  } catch (error) {
    if (error instanceof Refusal) return error.fault;
    if (error instanceof RangeError) {
      return faultAt(span, "EXPRESSION_LIMIT", { bound: "nesting that can be read" });
    }
    throw error;
  }
}

const options: Options = {
  ecmaVersion: "latest",
  sourceType: "module",
  allowHashBang: false,
  preserveParens: true,
};

function readSyntax(source: string, { start }: Span) {
  try {
    const node = parseExpressionAt(source, 0, options);
    const next = tokenizer(blank(node.end) + source.slice(node.end), options).getToken();
    if (next.type === tokTypes.eof) return node;
    return refuse({ start: start + next.start, end: start + next.end }, "EXPRESSION_SYNTAX", {
      reason: `"${source.slice(next.start, next.end).slice(0, 40)}" stands behind its end`,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuseSyntax(source, start, error);
  }
}

/** Keeps the tokenizer's offsets right where what stands before has been read. */
function blank(length: number): string {
  return " ".repeat(length);
}

/** acorn's own words have a line and column, and name the token only in some cases. */
function refuseSyntax(source: string, base: number, error: SyntaxError & { pos?: number }): never {
  const position = Math.min(error.pos ?? 0, source.length);
  if (source.slice(position).trim() === "") {
    const at = base + source.trimEnd().length;
    return refuse({ start: at, end: at }, "EXPRESSION_SYNTAX", { reason: "it ends too early" });
  }
  const said = error.message.replace(/ \(\d+:\d+\)$/, "");
  const rest = source.slice(position);
  const found = said.startsWith("Unterminated")
    ? rest
    : /^(?:[\w$]{1,40}|[|&?<>=!*]{1,3}|.)/su.exec(rest)![0];
  const reason = said === "Unexpected token" ? `"${found}" is not expected there` : lowerFirst(said);
  return refuse({ start: base + position, end: base + position + found.length }, "EXPRESSION_SYNTAX", {
    reason,
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
