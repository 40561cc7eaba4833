import type { ExpressionFault } from "./expression.js";
import { faultAt, type Span } from "./fault.js";

/**
 * Cuts a text into literal parts, with `$$` read as `$`, and the places of what stands inside `{{ … }}`.
 * A fault is a `{{` without its end, or a `$` before a letter outside of them.
 */
export function readTextParts(source: string): readonly (string | Span)[] | ExpressionFault {
  const parts: (string | Span)[] = [];
  let literal = "";
  let at = 0;
  while (at < source.length) {
    if (source.startsWith("{{", at)) {
      const end = endOfValue(source, at + 2);
      if (end < 0) return unclosed(source, at);
      if (literal !== "") parts.push(literal);
      parts.push({ start: at + 2, end });
      literal = "";
      at = end + 2;
    } else if (source.startsWith("$$", at)) {
      literal += "$";
      at += 2;
    } else if (source[at] === "$" && /[a-z]/i.test(source[at + 1] ?? "")) {
      const found = /^\$\w+(?:\.[a-z_]\w*)*/i.exec(source.slice(at, at + 200))![0];
      return faultAt({ start: at, end: at + found.length }, "EXPRESSION_IN_TEXT", { found });
    } else {
      const next = nextSign(source, at + 1);
      literal += source.slice(at, next);
      at = next;
    }
  }
  return literal === "" ? parts : [...parts, literal];
}

function nextSign(source: string, from: number): number {
  const places = ["{{", "$"].map((sign) => source.indexOf(sign, from)).filter((place) => place >= 0);
  return Math.min(source.length, ...places);
}

/** The place of the `}}` that ends what begins at `from`, minding texts and braces inside it; -1 when there is none. */
function endOfValue(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const sign = source[at]!;
    if (sign === "'" || sign === '"' || sign === "`") {
      at = endOfQuote(source, at);
    } else if (sign === "{") depth++;
    else if (sign === "}") {
      if (depth === 0 && source[at + 1] === "}") return at;
      depth--;
    }
  }
  return -1;
}

function endOfQuote(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === source[from]) return at;
  }
  return source.length;
}

function unclosed(source: string, at: number): ExpressionFault {
  const reason = "its `{{` has no `}}`";
  return faultAt({ start: at, end: Math.min(at + 2, source.length) }, "EXPRESSION_SYNTAX", { reason });
}
