import type { Location } from "../../problems/location.js";
import type { Binding, ParameterRule } from "./binding.js";
import type { Dialect } from "./dialect.js";
import type { QueryText } from "./operation.js";
import type { ParameterPlace, Statement } from "./statement.js";

/** A statement with the placeholders of its dialect. */
export interface SentText {
  readonly text: string;
  /** What each placeholder stands for. */
  readonly bindings: readonly Binding[];
  /** The place, in the file that it was written in, of a part of `text`. */
  locate(start: number, end: number): Location;
}

/** Replaces the `:name` of a statement, and keeps the way back to their places. */
export function sentText<Value>(
  query: QueryText,
  { text, parameters }: Statement,
  rules: ReadonlyMap<string, ParameterRule>,
  dialect: Dialect<unknown, Value>,
): SentText {
  const bindings: Binding[] = [];
  const edits: Edit[] = [];
  let sent = "";
  let from = 0;
  for (const place of parameters) {
    const { start, end, words } = replacement(place, bindings, rules, dialect);
    sent += text.slice(from, start);
    edits.push({ start, end, sentStart: sent.length, sentEnd: sent.length + words.length });
    sent += words;
    from = end;
  }
  const locate = (start: number, end: number) =>
    query.locate(originalOffset(edits, start, "start"), originalOffset(edits, end, "end"));
  return { text: sent + text.slice(from), bindings, locate };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly sentStart: number;
  readonly sentEnd: number;
}

function replacement<Value>(
  { name, start, end, list }: ParameterPlace,
  bindings: Binding[],
  rules: ReadonlyMap<string, ParameterRule>,
  dialect: Dialect<unknown, Value>,
): { readonly start: number; readonly end: number; readonly words: string } {
  const isList = list !== undefined;
  const known = dialect.repeatsPlaceholders
    ? bindings.findIndex((each) => each.rule.name === name && each.isList === isList)
    : -1;
  const position = known >= 0 ? known + 1 : bindings.push({ rule: rules.get(name)!, isList });
  if (list !== undefined && dialect.membership !== undefined) {
    return { start: list.start, end: list.end, words: dialect.membership(position, list.isNegated) };
  }
  return { start, end, words: dialect.placeholder(position, bindings[position - 1]!) };
}

/** Inside of what was replaced, its whole place counts. */
function originalOffset(edits: readonly Edit[], offset: number, edge: "start" | "end"): number {
  const edit = edits.findLast(({ sentStart }) => sentStart <= offset);
  if (edit === undefined) return offset;
  if (offset < edit.sentEnd) return edit[edge];
  return offset - edit.sentEnd + edit.end;
}
