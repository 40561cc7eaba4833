/** One piece of a text with variables. `start` and `end` are offsets in the text as it is written. */
export type TextPart = LiteralPart | VariablePart | FilePart | FaultPart;

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface LiteralPart extends Span {
  readonly kind: "literal";
  readonly text: string;
}

export interface VariablePart extends Span {
  readonly kind: "variable";
  readonly name: string;
  /** What stands behind `:-`; may have variables itself. */
  readonly fallback?: string | undefined;
  /** What stands behind `:?`. */
  readonly advice?: string | undefined;
}

export interface FilePart extends Span {
  readonly kind: "file";
  /** May have variables itself. */
  readonly path: string;
}

export interface FaultPart extends Span {
  readonly kind: "fault";
  readonly reason: string;
}

/**
 * Splits a text at its variables. `$${` is a literal `${`. What stands in `{{ … }}` is literal, and so is a whole text
 * that is an expression.
 */
export function parseVariables(text: string): readonly TextPart[] {
  if (!text.includes("${") || /^\$[A-Za-z]/.test(text)) return [literal(text, 0, text.length)];
  const parts: TextPart[] = [];
  let from = 0;
  let at = 0;
  const flush = (): void => {
    if (at > from) parts.push(literal(text.slice(from, at), from, at));
  };
  while (at < text.length) {
    if (text.startsWith("{{", at)) {
      at = endOfBraces(text, at) ?? at + 2;
    } else if (text.startsWith("$${", at)) {
      flush();
      parts.push(literal("${", at, at + 3));
      from = at += 3;
    } else if (text.startsWith("${", at)) {
      flush();
      const part = readVariable(text, at);
      parts.push(part);
      from = at = part.end;
    } else at++;
  }
  flush();
  return parts;
}

function literal(text: string, start: number, end: number): LiteralPart {
  return { kind: "literal", text, start, end };
}

const form = /^([A-Za-z_][A-Za-z0-9_]*)(?::([-?])(.*))?$/s;

function readVariable(text: string, start: number): VariablePart | FilePart | FaultPart {
  const end = endOfBraces(text, start + 1);
  if (end === undefined) return { kind: "fault", reason: "its } is missing", start, end: text.length };
  const inside = text.slice(start + 2, end - 1);
  if (inside.startsWith("file:")) {
    const path = inside.slice("file:".length).trim();
    if (path === "") return { kind: "fault", reason: "the path of the file is missing", start, end };
    return { kind: "file", path, start, end };
  }
  const [, name, sign, rest] = form.exec(inside) ?? [];
  if (name === undefined) return { kind: "fault", reason: whyMalformed(inside), start, end };
  if (sign === "-") return { kind: "variable", name, fallback: rest ?? "", start, end };
  return { kind: "variable", name, advice: rest?.trim() === "" ? undefined : rest?.trim(), start, end };
}

function whyMalformed(inside: string): string {
  if (inside === "") return "its name is missing";
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(inside)?.[0];
  if (name === undefined) return `"${inside}" does not begin with a name of letters, digits and _`;
  return `only ":-" or ":?" can follow the name ${name}`;
}

/** The offset behind the brace that closes the one at `start`; quotes inside `{{ }}` may hold any. */
function endOfBraces(text: string, start: number): number | undefined {
  const heedsQuotes = text.startsWith("{{", start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const here = text[at]!;
    if (here === "{") depth++;
    else if (here === "}" && --depth === 0) return at + 1;
    else if (heedsQuotes && (here === '"' || here === "'")) {
      const close = text.indexOf(here, at + 1);
      if (close === -1) return undefined;
      at = close;
    }
  }
  return undefined;
}
