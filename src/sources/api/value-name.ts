import type { Formula } from "../../schema/formula.js";

/**
 * What a value is called where it cannot be used: the parameter, where a formula is nothing but `$params.name`, so
 * that a caller's own value is known as one; else the place it stands in.
 */
export function valueName({ template }: Formula, place: string): string {
  if (template.kind !== "expression") return place;
  const parameter = /^\s*\$params\.([A-Za-z_]\w*)\s*$/.exec(template.expression.source);
  return parameter?.[1] ?? place;
}
