import { isJsonList, type JsonObject, type JsonValue } from "../../../expression/value.js";
import type { RowsQuestion } from "../backend.js";
import type { Feature } from "../features/feature.js";
import type { Model } from "../model.js";

/**
 * Rows as JSON text: lists in the order of the feature vector, or objects of features by name. NaN, which JSON lacks, is
 * null, and integers beyond 2^53 stand as they are, without quotes.
 */
export function rowText(question: RowsQuestion, layout: Model["layout"]): readonly string[] {
  const { features, rows } = question;
  if (layout === "vector") {
    return rows.map((row) => {
      return `[${row.map((value, index) => elementsText(value, features[index]!)).join(",")}]`;
    });
  }
  return rows.map((row) => {
    const members = row.map((value, index) => {
      const { name } = features[index]!;
      return `${JSON.stringify(name)}:${valueText(value, features[index]!)}`;
    });
    return `{${members.join(",")}}`;
  });
}

export function listText(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

/** A JSON object of members that are JSON text, with more members behind them. */
export function objectText(members: Readonly<Record<string, string>>, more: JsonObject): string {
  const own = Object.entries(members).map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  const others = Object.entries(more)
    .filter(([key]) => !Object.hasOwn(members, key))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...own, ...others].join(",")}}`;
}

/** One feature: a list where it is wider than one. */
export function valueText(value: JsonValue, feature: Feature): string {
  if (feature.width > 1 && isJsonList(value)) return `[${elementsText(value, feature)}]`;
  return isBigInteger(value, feature) ? value : JSON.stringify(value);
}

/** In a vector, wide features stand flat. */
function elementsText(value: JsonValue, feature: Feature): string {
  if (feature.width === 1 || !isJsonList(value)) return valueText(value, feature);
  return value
    .map((element) => (isBigInteger(element, feature) ? element : JSON.stringify(element)))
    .join(",");
}

function isBigInteger(value: JsonValue, { type }: Feature): value is string {
  return typeof value === "string" && (type === "int64" || type === "uint64");
}
