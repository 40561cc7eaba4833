import type { Evaluate, Scope } from "../../expression/expression.js";
import type { JsonValue } from "../../expression/value.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";
import { isLiteral } from "./literal.js";
import { reportRefusals } from "./report-refusals.js";
import { valueName } from "./value-name.js";
import { encodeText, wireText } from "./wire-text.js";

/** How a list stands in a query: `ids=1&ids=2`, `ids=1,2` or `ids[]=1&ids[]=2`. */
export type QueryStyle = "repeat" | "comma" | "brackets";

/** Names and values as `a=1&b=2`. Null values, and nulls in lists, are left out. */
export type BuildFields = (scope: Scope) => string;

export function compileFields(
  fields: ReadonlyMap<string, Formula>,
  style: QueryStyle,
  report: Report,
): BuildFields {
  const writers = [...fields].map(([name, formula]) => compileField(name, formula, style, report));
  if (writers.length === 0) return () => "";
  if (writers.length === 1) return writers[0]!;
  return (scope) => {
    let written = "";
    for (const write of writers) {
      const field = write(scope);
      if (field !== "") written += written === "" ? field : `&${field}`;
    }
    return written;
  };
}

function compileField(name: string, formula: Formula, style: QueryStyle, report: Report): BuildFields {
  const field = new Field(name, style, valueName(formula, name));
  const evaluate: Evaluate = formula.compile();
  if (!isLiteral(formula.template)) return (scope) => field.write(evaluate(scope));
  const written = reportRefusals(report, formula.location, () => field.write(evaluate({ nowMs: 0 })));
  return () => written ?? "";
}

/** One name of a query or a form. */
export class Field {
  private readonly valueName: string;
  private readonly style: QueryStyle;
  private readonly one: string;
  private readonly many: string;

  /** `valueName` is what a value is called where it cannot be used. */
  constructor(name: string, style: QueryStyle, valueName = name) {
    const encoded = encodeURIComponent(name);
    this.valueName = valueName;
    this.style = style;
    this.one = `${encoded}=`;
    this.many = style === "brackets" ? `${encoded}[]=` : this.one;
  }

  write(value: JsonValue): string {
    if (value === null) return "";
    if (!Array.isArray(value)) return this.one + this.encode(value as Exclude<JsonValue, null>);
    const items = (value as readonly JsonValue[])
      .filter((item) => item !== null)
      .map((item) => this.encode(item));
    if (items.length === 0) return "";
    return this.style === "comma" ? this.one + items.join(",") : this.many + items.join(`&${this.many}`);
  }

  private encode(value: Exclude<JsonValue, null>): string {
    return encodeText(wireText(value, this.valueName), this.valueName);
  }
}
