import type { JsonValue } from "../../expression/value.js";

/** Turns what SQLite stores into its JSON form. Integers arrive as `bigint`. */
export type ReadColumn = (stored: unknown) => JsonValue;

/** The reader for a column by its declared type, such as `DECIMAL(10, 2)`; `null` for an expression. */
export function columnReader(declared: string | null): ReadColumn {
  const match = /^\s*([a-z][a-z ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/i.exec(declared ?? "");
  const [, name, first, second] = match ?? [];
  switch (name?.toUpperCase()) {
    case "BOOLEAN":
    case "BOOL":
      return booleanValue;
    case "TINYINT":
      return first === "1" ? booleanValue : plainValue;
    case "DATETIME":
    case "TIMESTAMP":
      return timestampValue;
    case "JSON":
      return jsonValue;
    case "DECIMAL":
    case "NUMERIC":
      return decimalReader(first === undefined ? undefined : Number(second ?? 0));
    default:
      return plainValue;
  }
}

function plainValue(stored: unknown): JsonValue {
  switch (typeof stored) {
    case "bigint":
      return integerValue(stored);
    case "number":
      return Number.isFinite(stored) ? stored : null;
    case "string":
      return stored;
    default:
      return stored instanceof Uint8Array ? Buffer.from(stored).toString("base64") : null;
  }
}

/** A number where it is exact as one, else its digits as text. */
export function integerValue(stored: bigint | number): JsonValue {
  const value = Number(stored);
  return Number.isSafeInteger(value) ? value : String(stored);
}

function booleanValue(stored: unknown): JsonValue {
  return stored === 0n ? false : stored === 1n ? true : plainValue(stored);
}

function jsonValue(stored: unknown): JsonValue {
  if (typeof stored !== "string") return plainValue(stored);
  try {
    return JSON.parse(stored) as JsonValue;
  } catch {
    return stored;
  }
}

/** Digits as text; with as many behind the point as the type declares, where that loses nothing. */
function decimalReader(scale: number | undefined): ReadColumn {
  return (stored) => {
    if (typeof stored === "bigint") return scale ? `${stored}.${"0".repeat(scale)}` : String(stored);
    if (typeof stored !== "number" || !Number.isFinite(stored)) return plainValue(stored);
    const fixed = scale === undefined || scale > 20 ? String(stored) : stored.toFixed(scale);
    return Number(fixed) === stored ? fixed : String(stored);
  };
}

const timestampForm = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d+)?$/;

/** SQLite's own `YYYY-MM-DD HH:MM:SS` is UTC, and reads as such. What has another form stays as it is. */
function timestampValue(stored: unknown): JsonValue {
  const match = typeof stored === "string" ? timestampForm.exec(stored) : null;
  if (match === null) return plainValue(stored);
  const [, day, minute, second = ":00", fraction = ""] = match;
  return `${day}T${minute}${second}${fraction}Z`;
}
