import { isMap, isScalar, type Node } from "yaml";

/** Finds values that YAML read as something else than text, where text was meant. Offsets are those of the file. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `{{ $a }}` without quotes is a mapping in a mapping; `$a ? b : c` on a line of its own a mapping with one key. */
export function mappingMeantAsText(node: Node, text: string): Span | undefined {
  const [start, end] = node.range ?? [0, 0];
  if (!isMap(node)) return undefined;
  if (node.flow) return text.startsWith("{{", start) ? { start, end } : undefined;
  const [first] = node.items;
  if (node.items.length !== 1 || !isScalar(first?.key) || first.key.type !== "PLAIN") return undefined;
  const key = first.key.source ?? "";
  const isText = /^\$[A-Za-z].*\s\?(\s|$)/.test(key) || /\{\{|\$\{/.test(key);
  return isText ? { start, end: start + text.slice(start, end).trimEnd().length } : undefined;
}

/** A comma in brackets ends an unquoted text, and so cuts `$max($a, 1)` in two. */
export function cutExpression(value: unknown, text: string): Span | undefined {
  if (!isScalar(value) || value.type !== "PLAIN") return undefined;
  const source = value.source ?? "";
  if (!/^\$[A-Za-z]/.test(source) || openParentheses(source) <= 0) return undefined;
  const start = (value as unknown as Node).range?.[0] ?? 0;
  let end = start + source.length;
  while (end < text.length && text[end] !== "\n" && openParentheses(text.slice(start, end)) > 0) end++;
  return { start, end };
}

function openParentheses(source: string): number {
  return source.split("(").length - source.split(")").length;
}

interface TagText extends Span {
  readonly name: string;
  /** It is no tag that YAML knows, so an expression such as `!$a.b` was meant. */
  readonly isText: boolean;
}

const knownTag = /^!!(str|int|float|bool|null|map|seq|binary|set|omap|pairs|timestamp|merge)$/;

/** The tag before a node; the span takes in the node too. */
export function textOfTag(node: Node, text: string): TagText {
  const [at, end] = node.range ?? [0, 0];
  const before = /(![^\s,[\]{}]*)(\s+&\S*)?\s*$/.exec(text.slice(Math.max(0, at - 1_000), at));
  const name = before?.[1] ?? "!";
  const isText = !knownTag.test(name) && isScalar(node) && node.type === "PLAIN";
  return { name, isText, start: at - (before?.[0].length ?? 0), end };
}
