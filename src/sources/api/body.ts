import type { Scope } from "../../expression/expression.js";
import { isJsonObject, type JsonValue } from "../../expression/value.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";
import { Field, type QueryStyle } from "./fields.js";
import { isLiteral } from "./literal.js";
import { reportRefusals } from "./report-refusals.js";
import { refusedValue, wireText } from "./wire-text.js";

export type BodyType = "json" | "form" | "text";

/** The body of a request; `null` for none. */
export type BuildBody = (scope: Scope) => string | Buffer | null;

export const contentTypes: Readonly<Record<BodyType, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
};

/** A body that is null is not sent. */
export function compileBody(
  formula: Formula | undefined,
  type: BodyType,
  style: QueryStyle,
  report: Report,
): BuildBody {
  if (formula === undefined) return () => null;
  const evaluate = formula.compile();
  const write = bodyWriter(type, style);
  if (!isLiteral(formula.template)) return (scope) => write(evaluate(scope));
  const written = reportRefusals(report, formula.location, () => write(evaluate({ nowMs: 0 }))) ?? null;
  const bytes = written === null ? null : Buffer.from(written);
  return () => bytes;
}

function bodyWriter(type: BodyType, style: QueryStyle): (value: JsonValue) => string | null {
  switch (type) {
    case "json":
      return (value) => (value === null ? null : JSON.stringify(value));
    case "text":
      return (value) => (value === null ? null : wireText(value, "body"));
    case "form":
      return (value) => (value === null ? null : formText(value, style));
  }
}

function formText(value: JsonValue, style: QueryStyle): string {
  if (!isJsonObject(value)) throw refusedValue("body", "a form is a mapping of names to values");
  return Object.entries(value)
    .map(([name, each]) => new Field(name, style).write(each))
    .filter((field) => field !== "")
    .join("&");
}
