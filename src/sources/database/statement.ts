import type { Lexis } from "./lexis.js";
import { isSyntaxFault, tokenize, type SyntaxFault, type Token } from "./tokenizer.js";

/** What one statement is, as far as it shows in its text. */
export interface Statement {
  /** Without what follows the `;`. */
  readonly text: string;
  readonly parameters: readonly ParameterPlace[];
  readonly effect: "read" | "write";
  /** The main verb, such as SELECT or INSERT; of `WITH …` the one behind it. */
  readonly verb: string;
  readonly hasRows: boolean;
  /** The table after `INSERT INTO`. */
  readonly insertsInto: string | undefined;
}

export interface ParameterPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Where it stands alone in `IN ( )`, so that it takes a list: the whole of that, `NOT` included. */
  readonly list: ListPlace | undefined;
}

export interface ListPlace {
  readonly start: number;
  readonly end: number;
  readonly isNegated: boolean;
}

export interface ManyStatements {
  readonly secondAt: Token;
}

/** Reads the one statement of an operation. */
export function readStatement(query: string, lexis: Lexis): Statement | SyntaxFault | ManyStatements {
  const all = tokenize(query, lexis);
  if (isSyntaxFault(all)) return all;
  const semicolon = all.findIndex(isSign(";"));
  const tokens = semicolon < 0 ? all : all.slice(0, semicolon);
  const second = all.slice(tokens.length).find((token) => token.value !== ";" || token.kind !== "sign");
  if (second) return { secondAt: second };
  if (tokens.length === 0) return { reason: "it has no statement", start: 0, end: query.length };
  const verb = verbOf(tokens);
  return {
    text: query.slice(0, semicolon < 0 ? query.length : all[semicolon]!.start),
    parameters: parameterPlaces(tokens),
    effect: isRead(tokens) ? "read" : "write",
    verb,
    hasRows: rowVerbs.has(verb) || tokens.some(isWord("RETURNING")),
    insertsInto: insertVerbs.has(verb) ? targetOf(tokens) : undefined,
  };
}

const readVerbs = new Set(["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE", "EXPLAIN"]);
const writeWords = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "INTO"]);
const rowVerbs = new Set(["SELECT", "VALUES", "TABLE", "SHOW", "DESCRIBE", "EXPLAIN", "PRAGMA"]);
const insertVerbs = new Set(["INSERT", "REPLACE"]);
const mainVerbs = new Set(["SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"]);

function isWord(...values: readonly string[]): (token: Token | undefined) => boolean {
  return (token) => token?.kind === "word" && values.includes(token.value);
}

function isSign(value: string): (token: Token | undefined) => boolean {
  return (token) => token?.kind === "sign" && token.value === value;
}

function firstWord(tokens: readonly Token[]): string {
  const first = tokens.find((token) => !isSign("(")(token))!;
  return first.kind === "word" ? first.value : "";
}

/** In doubt a statement writes: it then runs alone, and nothing that is a read by mistake is repeated or cached. */
function isRead(tokens: readonly Token[]): boolean {
  if (!readVerbs.has(firstWord(tokens))) return false;
  return !tokens.some(({ kind, value }, index) => {
    if (kind !== "word") return false;
    if (writeWords.has(value)) return true;
    return value === "SHARE" && isWord("FOR", "KEY")(tokens[index - 1]);
  });
}

function verbOf(tokens: readonly Token[]): string {
  const first = firstWord(tokens);
  if (first !== "WITH") return first;
  let depth = 0;
  for (const token of tokens) {
    if (isSign("(")(token)) depth++;
    if (isSign(")")(token)) depth--;
    if (depth === 0 && isWord(...mainVerbs)(token)) return token.value;
  }
  return first;
}

function parameterPlaces(tokens: readonly Token[]): readonly ParameterPlace[] {
  return tokens.flatMap(({ kind, value, start, end }, index) =>
    kind === "parameter" ? [{ name: value, start, end, list: listPlace(tokens, index) }] : [],
  );
}

function listPlace(tokens: readonly Token[], index: number): ListPlace | undefined {
  const [not, word, open, , close] = tokens.slice(Math.max(0, index - 3), index + 2);
  if (index < 3 || !isWord("IN")(word) || !isSign("(")(open) || !isSign(")")(close)) return undefined;
  const isNegated = isWord("NOT")(not);
  return { start: (isNegated ? not! : word!).start, end: close!.end, isNegated };
}

/** `INTO table` or `INTO schema.table`. */
function targetOf(tokens: readonly Token[]): string | undefined {
  const into = tokens.findIndex(isWord("INTO"));
  const target = isSign(".")(tokens[into + 2]) ? tokens[into + 3] : tokens[into + 1];
  return into < 0 ? undefined : target?.value;
}
