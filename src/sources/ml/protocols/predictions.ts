import { isJsonList, isJsonObject, type JsonValue } from "../../../expression/value.js";
import { badResponse } from "../answers/bad-response.js";
import type { Answer, Question } from "../backend.js";

/** What a server says of itself beside its predictions. */
export interface Answerer {
  readonly model?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * Predictions as most servers give them: a list with one for each row, or an object of such lists. Where it was not rows
 * that were asked about, they are the value as they are.
 */
export function predictionsAnswer(
  found: JsonValue,
  question: Question,
  whole: JsonValue,
  answerer: Answerer = {},
): Answer {
  const raw = () => whole;
  if (question.kind !== "rows") {
    const value = isJsonList(found) ? { predictions: found } : { prediction: found };
    return { kind: "whole", value, raw, ...answerer };
  }
  return { kind: "values", values: valuesOf(found, question.rows.length), raw, ...answerer };
}

function valuesOf(found: JsonValue, count: number): readonly JsonValue[] {
  if (isJsonList(found)) return found;
  if (isJsonObject(found)) {
    const columns = Object.entries(found);
    const areColumns = columns.every(([, column]) => isJsonList(column) && column.length === count);
    if (areColumns && columns.length > 0) {
      return Array.from({ length: count }, (_, row) =>
        Object.fromEntries(columns.map(([name, column]) => [name, (column as readonly JsonValue[])[row]!])),
      );
    }
  }
  if (count === 1) return [found];
  throw badResponse(`it has one prediction for ${count} rows`);
}
