import type { ValueForm } from "./decode-value.js";

/** The JSON text of a value as Feast's Python server writes it: all digits, `1.0`, and words for NaN and infinities. */
export const textForm: ValueForm<string> = {
  nothing: "null",
  text: (value) => JSON.stringify(value),
  integer: String,
  seconds: String,
  float: floatText,
  boolean: String,
  bytes: (value) => `"${value.toString("base64")}"`,
  list: (items) => `[${items.join(",")}]`,
  object: (entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`,
  /** The Python server has no JSON for them. */
  pairs: () => "null",
};

/** A floating-point number as Python writes it. */
export function floatText(value: number): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return exponentText(value);
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function exponentText(value: number): string {
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${digits}e${sign}${exponent.slice(1).padStart(2, "0")}`;
}
