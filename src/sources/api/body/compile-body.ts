import { writeXml } from "../../../connections/http/xml/write-xml.js";
import type { Scope } from "../../../expression/expression.js";
import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import type { Report } from "../../../problems/report.js";
import type { Formula } from "../../../schema/formula.js";
import { Field, type QueryStyle } from "../fields.js";
import type { BodyType } from "../keys.js";
import { isLiteral } from "../literal.js";
import { reportRefusals } from "../report-refusals.js";
import { refusedValue, wireText } from "../wire-text.js";
import { base64Bytes } from "./base64-bytes.js";

/** The body of a request; `null` for none. */
export type BuildBody = (scope: Scope) => string | Buffer | null;

/** A body whose Content-Type is always the same. */
export type PlainBodyType = Exclude<BodyType, "multipart">;

export const contentTypes: Readonly<Record<PlainBodyType, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
  xml: "application/xml",
  bytes: "application/octet-stream",
};

/** A body that is null is not sent. */
export function compileBody(
  formula: Formula | undefined,
  type: PlainBodyType,
  style: QueryStyle,
  report: Report,
): BuildBody {
  if (formula === undefined) return () => null;
  const evaluate = formula.compile();
  const write = bodyWriter(type, style);
  if (!isLiteral(formula.template)) return (scope) => write(evaluate(scope));
  const written = reportRefusals(report, formula.location, () => write(evaluate({ nowMs: 0 }))) ?? null;
  const bytes = typeof written === "string" ? Buffer.from(written) : written;
  return () => bytes;
}

function bodyWriter(type: PlainBodyType, style: QueryStyle): (value: JsonValue) => string | Buffer | null {
  switch (type) {
    case "json":
      return (value) => (value === null ? null : JSON.stringify(value));
    case "text":
      return (value) => (value === null ? null : wireText(value, "body"));
    case "form":
      return (value) => (value === null ? null : formText(value, style));
    case "bytes":
      return (value) => (value === null ? null : base64Bytes(value, "body"));
    case "xml":
      return (value) => (value === null ? null : xmlText(value));
  }
}

function formText(value: JsonValue, style: QueryStyle): string {
  if (!isJsonObject(value)) throw refusedValue("body", "a form is a mapping of names to values");
  return Object.entries(value)
    .map(([name, each]) => new Field(name, style).write(each))
    .filter((field) => field !== "")
    .join("&");
}

function xmlText(value: JsonValue): string {
  const written = writeXml(value);
  if (written.fault !== undefined) throw refusedValue("body", written.fault);
  return written.text;
}
