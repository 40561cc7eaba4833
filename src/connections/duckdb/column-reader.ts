import type { JsonValue } from "../../expression/value.js";
import type { DuckdbType } from "./duckdb-protocol.js";

const timestampTz = 31;
const timestamps: ReadonlySet<number> = new Set([12, 20, 21, 22]);

/** The reader for a column of DuckDB, from what the driver gives to the JSON form of its type. */
export function columnReader({ typeId, alias }: DuckdbType): (stored: unknown) => JsonValue {
  if (alias === "JSON") {
    return (stored) => (typeof stored === "string" ? (JSON.parse(stored) as JsonValue) : null);
  }
  if (timestamps.has(typeId)) return (stored) => (stored === null ? null : timestampText(String(stored)));
  return (stored) => (typeId === timestampTz ? instant(stored) : valueOf(stored));
}

/** The driver's own classes are told by their fields: what is in a list or a structure has no column. */
interface DriverValue {
  readonly bytes?: Uint8Array;
  readonly items?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>> | readonly { key: unknown; value: unknown }[];
  readonly months?: number;
  readonly days?: number;
  readonly micros?: bigint;
}

function valueOf(stored: unknown): JsonValue {
  switch (typeof stored) {
    case "bigint":
      return Number.isSafeInteger(Number(stored)) ? Number(stored) : String(stored);
    case "number":
      return Number.isFinite(stored) ? stored : null;
    case "string":
    case "boolean":
      return stored;
    default:
      return stored === null || stored === undefined ? null : objectValue(stored as DriverValue);
  }
}

function objectValue(stored: DriverValue): JsonValue {
  const { bytes, items, entries, months, days, micros } = stored;
  if (bytes !== undefined) return Buffer.from(bytes).toString("base64");
  if (items !== undefined) return items.map(valueOf);
  if (entries !== undefined) {
    if (Array.isArray(entries)) {
      return entries.map(({ key, value }: { key: unknown; value: unknown }) => [
        valueOf(key),
        valueOf(value),
      ]);
    }
    return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, valueOf(value)]));
  }
  if (months !== undefined) return intervalText(months, days ?? 0, micros ?? 0n);
  return timestampText(String(stored));
}

/** Other texts stay as they are. */
function timestampText(text: string): JsonValue {
  if (/^-?infinity$/.test(text)) return null;
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?$/.exec(text);
  return match === null ? text : `${match[1]}T${match[2]}${(match[3] ?? "").replace(/\.?0+$/, "")}Z`;
}

function instant(stored: unknown): JsonValue {
  const { micros } = (stored ?? {}) as DriverValue;
  if (micros === undefined) return null;
  const date = new Date(Number(micros / 1_000n));
  if (Number.isNaN(date.getTime())) return null;
  const fraction = `.${String(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n).padStart(6, "0")}`;
  return `${date.toISOString().slice(0, 19)}${fraction.replace(/\.?0+$/, "")}Z`;
}

function intervalText(months: number, days: number, micros: bigint): string {
  const seconds = Number(micros) / 1e6;
  const [hours, minutes] = [Math.trunc(seconds / 3_600), Math.trunc((seconds % 3_600) / 60)];
  const rest = Number((seconds % 60).toFixed(6));
  const part = (value: number, unit: string) => (value === 0 ? "" : `${value}${unit}`);
  const date = part(Math.trunc(months / 12), "Y") + part(months % 12, "M") + part(days, "D");
  const time = part(hours, "H") + part(minutes, "M") + part(rest, "S");
  if (date === "" && time === "") return "PT0S";
  return `P${date}${time === "" ? "" : `T${time}`}`;
}
