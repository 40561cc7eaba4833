import type { ExpressionFault, Reference } from "./expression.js";
import { isFault } from "./fault.js";
import { parseExpressionIn, type ParsedExpression } from "./parse.js";
import { readTextParts } from "./text-parts.js";
import type { JsonValue } from "./value.js";

/** A value with holes: what stands in YAML where expressions are allowed, at any depth. */
export type Template =
  | { readonly kind: "literal"; readonly value: JsonValue }
  | { readonly kind: "expression"; readonly expression: ParsedExpression }
  | { readonly kind: "text"; readonly parts: readonly (string | ParsedExpression)[] }
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Template])[] };

/**
 * Reads one string: an expression when it begins with `$` and a letter or is one `{{ … }}` with nothing but blanks
 * around it, a text with values when it has `{{ … }}` beside other text, else a literal text.
 * In text, `$$` is a dollar sign and `$` before a letter a fault. All offsets, those of references included, are
 * offsets in `source`.
 */
export function parseText(source: string): { readonly template: Template } | ExpressionFault {
  if (/^\$[a-z]/i.test(source)) {
    const expression = parseExpressionIn(source, { start: 0, end: source.length });
    return isFault(expression) ? expression : { template: { kind: "expression", expression } };
  }
  const parts = readTextParts(source);
  if (isFault(parts)) return parts;
  const read: (string | ParsedExpression)[] = [];
  for (const part of parts) {
    const value = typeof part === "string" ? part : parseExpressionIn(source, part);
    if (typeof value !== "string" && isFault(value)) return value;
    read.push(value);
  }
  return { template: templateOf(read) };
}

/** Every reference in a template, in its order; the offsets of each are those of its own string. */
export function templateReferences(template: Template): Reference[] {
  return templateExpressions(template).flatMap((each) => each.references);
}

/** Every expression in a template, in its order. */
export function templateExpressions(template: Template): ParsedExpression[] {
  switch (template.kind) {
    case "literal":
      return [];
    case "expression":
      return [template.expression];
    case "text":
      return template.parts.filter((part) => typeof part !== "string");
    case "list":
      return template.items.flatMap(templateExpressions);
    case "object":
      return template.entries.flatMap(([, value]) => templateExpressions(value));
  }
}

function templateOf(parts: readonly (string | ParsedExpression)[]): Template {
  const expressions = parts.filter((part) => typeof part !== "string");
  const [expression] = expressions;
  if (expression === undefined) return { kind: "literal", value: parts.join("") };
  const isAlone = parts.every((part) => typeof part !== "string" || part.trim() === "");
  return expressions.length === 1 && isAlone ? { kind: "expression", expression } : { kind: "text", parts };
}
