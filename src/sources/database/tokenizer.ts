import type { Lexis, Quote } from "./lexis.js";

/** A part of a query, with its place in the text. Comments and spaces are left out. */
export interface Token {
  readonly kind: "word" | "name" | "text" | "parameter" | "sign";
  /** The word in capitals, the name without quotes, the parameter without its colon, else the text as it stands. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Why a query cannot be taken apart, and where. */
export interface SyntaxFault {
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** Takes a query apart. Everything that could hide a `:name`, or make one out of something else, is decided here. */
export function tokenize(query: string, lexis: Lexis): readonly Token[] | SyntaxFault {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const read = readSpace(query, at) ?? readComment(query, at, lexis) ?? readToken(query, at, lexis);
    if ("reason" in read) return read;
    if ("kind" in read) tokens.push(read);
    at = read.end;
  }
  return tokens;
}

export function isSyntaxFault(found: object): found is SyntaxFault {
  return "reason" in found;
}

type Read = Token | SyntaxFault | { readonly end: number };

const spaces = /\s+/uy;
const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const number = /\d[\p{L}\p{N}_.]*/uy;
const parameter = /:([\p{L}_$][\p{L}\p{N}_$]*)/uy;
const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readSpace(query: string, at: number): Read | undefined {
  const found = matchAt(spaces, query, at);
  return found === null ? undefined : { end: at + found[0].length };
}

function readComment(query: string, at: number, lexis: Lexis): Read | undefined {
  if (lexis.lineComments.some((mark) => query.startsWith(mark, at))) {
    const end = query.indexOf("\n", at);
    return { end: end < 0 ? query.length : end };
  }
  return query.startsWith("/*", at) ? readBlockComment(query, at, lexis.blockCommentsNest) : undefined;
}

function readBlockComment(query: string, start: number, nests: boolean): Read {
  let depth = 1;
  let at = start + 2;
  while (depth > 0) {
    const close = query.indexOf("*/", at);
    if (close < 0) return { reason: "a comment that begins here does not end", start, end: start + 2 };
    const open = nests ? query.indexOf("/*", at) : -1;
    const opens = open >= 0 && open < close;
    depth += opens ? 1 : -1;
    at = (opens ? open : close) + 2;
  }
  return { end: at };
}

function readToken(query: string, at: number, lexis: Lexis): Read {
  const quote = lexis.quotes.find(({ open }) => query.startsWith(open, at));
  if (quote) return readQuoted(query, at, quote);
  if (query.startsWith("::", at)) return { kind: "sign", value: "::", start: at, end: at + 2 };
  const named = matchAt(parameter, query, at);
  if (named) return readParameter(named, at);
  const own = matchAt(lexis.ownParameters, query, at);
  if (own)
    return { reason: `"${own[0]}" is no parameter here; write :name`, start: at, end: at + own[0].length };
  const found = matchAt(word, query, at);
  if (found) return { kind: "word", value: found[0].toUpperCase(), start: at, end: at + found[0].length };
  const sign = matchAt(number, query, at)?.[0] ?? String.fromCodePoint(query.codePointAt(at)!);
  return { kind: "sign", value: sign, start: at, end: at + sign.length };
}

function readQuoted(query: string, start: number, { open, close, kind, doubles }: Quote): Read {
  let at = start + open.length;
  for (;;) {
    const end = query.indexOf(close, at);
    if (end < 0)
      return { reason: `the ${kind} that begins here does not end`, start, end: start + open.length };
    at = end + close.length;
    if (!doubles || !query.startsWith(close, at)) break;
    at += close.length;
  }
  const inner = query.slice(start + open.length, at - close.length);
  return { kind, value: doubles ? inner.replaceAll(close + close, close) : inner, start, end: at };
}

function readParameter(found: RegExpExecArray, start: number): Read {
  const end = start + found[0].length;
  const name = found[1]!;
  if (parameterName.test(name)) return { kind: "parameter", value: name, start, end };
  return { reason: `":${name}" is no parameter; its name may have A to Z, digits and "_"`, start, end };
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}
