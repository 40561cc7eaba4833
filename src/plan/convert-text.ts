import type { JsonObject, JsonValue } from "../expression/value.js";

/** A text of a request as the value that its schema wants, or why it cannot be one. */
export type Converted =
  | { readonly value: JsonValue; readonly fault?: undefined }
  | { readonly value?: undefined; readonly fault: string };

/** Converts the text of a path, query or header value. A repeated value fits only where the type is `array`. */
export function convertText(raw: string | readonly string[], schema: JsonObject): Converted {
  const types = typesOf(schema);
  if (types.includes("array")) return convertList(typeof raw === "string" ? [raw] : raw, schema);
  if (typeof raw !== "string") return { fault: "is given more than once" };
  return convertOne(raw, types);
}

function typesOf(schema: JsonObject): readonly string[] {
  const type = schema["type"];
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((each) => typeof each === "string");
  const allowed = "const" in schema ? [schema["const"]] : schema["enum"];
  return Array.isArray(allowed) ? allowed.map((value) => (value === null ? "null" : typeof value)) : [];
}

function convertList(raw: readonly string[], schema: JsonObject): Converted {
  const items = schema["items"];
  const types = typeof items === "object" && items !== null ? typesOf(items as JsonObject) : [];
  const values: JsonValue[] = [];
  for (const text of raw) {
    const converted = convertOne(text, types);
    if (converted.fault !== undefined) return converted;
    values.push(converted.value);
  }
  return { value: values };
}

function convertOne(text: string, types: readonly string[]): Converted {
  if (types.includes("integer")) {
    const value = integerOf(text);
    if (value !== undefined) return { value };
  }
  if (types.includes("number") && /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return { value };
  }
  if (types.includes("boolean") && (text === "true" || text === "false")) return { value: text === "true" };
  if (types.length === 0 || types.includes("string")) return { value: text };
  if (types.includes("null") && text === "") return { value: null };
  return { fault: faultOf(text, types) };
}

const words: Readonly<Record<string, string>> = {
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  null: "empty",
};

function faultOf(text: string, types: readonly string[]): string {
  const isLarge = types.length === 1 && types[0] === "integer" && /^-?\d+$/.test(text);
  if (isLarge) return "must be an integer within ±9007199254740991";
  return `must be ${types.map((type) => words[type] ?? type).join(" or ")}`;
}

function integerOf(text: string): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
