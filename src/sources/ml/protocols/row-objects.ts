import type { JsonObject } from "../../../expression/value.js";
import type { RowsQuestion } from "../backend.js";

/** Rows as objects of features by name. */
export function rowObjects({ features, rows }: RowsQuestion): readonly JsonObject[] {
  return rows.map((row) => Object.fromEntries(features.map(({ name }, index) => [name, row[index]!])));
}
