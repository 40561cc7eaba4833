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
    const read =
      readSpace(query, at) ??
      readComment(query, at, lexis) ??
      (lexis.hasSlices ? readSliceColon(query, at, tokens) : undefined) ??
      readToken(query, at, lexis);
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
const dollarTag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const parameter = /:([\p{L}_$][\p{L}\p{N}_$]*)/uy;
const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readSpace(query: string, at: number): Read | undefined {
  const found = matchAt(spaces, query, at);
  return found === null ? undefined : { end: at + found[0].length };
}

function readComment(query: string, at: number, lexis: Lexis): Read | undefined {
  if (matchAt(lexis.lineComment, query, at)) {
    const end = query.indexOf("\n", at);
    return { end: end < 0 ? query.length : end };
  }
  if (lexis.executedComment !== undefined) {
    const opening = matchAt(lexis.executedComment, query, at);
    if (opening) return { end: at + opening[0].length };
    if (query.startsWith("*/", at)) return { end: at + 2 };
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

/** The colon of `a[1:n]` and `a[i:j]`: inside brackets, right behind the lower bound. */
function readSliceColon(query: string, at: number, tokens: readonly Token[]): Read | undefined {
  const last = tokens.at(-1);
  if (query[at] !== ":" || query[at + 1] === ":" || last?.end !== at || last.kind === "parameter")
    return undefined;
  const isBound = last.kind !== "sign" || /[\p{N})\]]$/u.test(last.value);
  return isBound && isInBrackets(tokens) ? { kind: "sign", value: ":", start: at, end: at + 1 } : undefined;
}

function isInBrackets(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, value } of tokens) {
    if (kind !== "sign") continue;
    if (value === "[") depth++;
    if (value === "]") depth--;
  }
  return depth > 0;
}

function readToken(query: string, at: number, lexis: Lexis): Read {
  if (query[at] === "\0") return { reason: "it holds a NUL character", start: at, end: at + 1 };
  const quote = lexis.quotes.find(({ open }) => query.slice(at, at + open.length).toUpperCase() === open);
  if (quote) return readQuoted(query, at, quote);
  const tag = lexis.hasDollarQuotes ? matchAt(dollarTag, query, at)?.[0] : undefined;
  if (tag !== undefined)
    return readQuoted(query, at, { open: tag, close: tag, kind: "text", doubles: false });
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

function readQuoted(query: string, start: number, quote: Quote): Read {
  const { open, close, kind, doubles, escapes = false } = quote;
  let at = start + open.length;
  for (;;) {
    const end = escapes ? unescapedIndex(query, close, at) : query.indexOf(close, at);
    if (end < 0)
      return { reason: `the ${kind} that begins here does not end`, start, end: start + open.length };
    at = end + close.length;
    if (!doubles || !query.startsWith(close, at)) break;
    at += close.length;
  }
  const inner = query.slice(start + open.length, at - close.length);
  if (inner.includes("\0"))
    return { reason: `the ${kind} that begins here holds a NUL character`, start, end: at };
  return { kind, value: doubles ? inner.replaceAll(close + close, close) : inner, start, end: at };
}

function unescapedIndex(query: string, close: string, from: number): number {
  for (let at = from; at < query.length; at++) {
    if (query[at] === "\\") at++;
    else if (query[at] === close) return at;
  }
  return -1;
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
