import { isJsonList, isJsonObject, type JsonValue } from "../../expression/value.js";

/** A value as it must be written in a configuration so that no `${…}` in it is taken for a variable. */
export function literalText(value: JsonValue): JsonValue {
  if (isJsonList(value)) return value.map(literalText);
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, literalText(each)]));
  }
  return typeof value === "string" ? escapedVariables(value) : value;
}

/** `$${` is a literal `${`; where it is not, as in braces or behind a dollar sign, a blank keeps the two apart. */
export function escapedVariables(text: string): string {
  if (!text.includes("${")) return text;
  const isPlain = !text.includes("{{") && !text.includes("$${") && !/^\$[A-Za-z]/.test(text);
  return text.replaceAll("${", isPlain ? "$$${" : "$ {");
}
