import type { JsonObject } from "../../../expression/value.js";
import type { Column } from "../features/projection.js";

/** The JSON Schema of a step's value: an object of features, or a list of them. */
export function stepShape(columns: readonly Column[], isMany: boolean): JsonObject {
  const row: JsonObject = {
    type: "object",
    properties: Object.fromEntries(columns.map(({ name, field }) => [name, { type: typesOf(field.type) }])),
  };
  return isMany ? { type: "array", items: row } : row;
}

/** Any feature may be null. Integers of 64 bits may be text, where a number would not be exact. */
function typesOf(type: number): readonly string[] {
  switch (type) {
    case 3:
      return ["integer", "null"];
    case 4:
    case 8:
      return ["integer", "string", "null"];
    case 5:
    case 6:
      return ["number", "null"];
    case 7:
      return ["boolean", "null"];
    case 20:
    case 34:
      return ["object", "null"];
    case 0:
    case 47:
      return ["array", "boolean", "number", "object", "string", "null"];
    default:
      return isText(type) ? ["string", "null"] : ["array", "null"];
  }
}

function isText(type: number): boolean {
  return [1, 2, 32, 36, 37, 44, 48].includes(type);
}
