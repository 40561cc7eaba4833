import type { JsonValue } from "../../expression/value.js";
import { mysqlTypes } from "./type-codes.js";
import type { MysqlColumn } from "./mysql-protocol.js";

type Read = (stored: unknown) => JsonValue;

/** The reader for a column of MySQL or MariaDB, from what the driver gives to the JSON form of its type. */
export function columnReader(column: MysqlColumn): Read {
  if (column.extendedFormat === "json") return jsonText;
  switch (column.columnType) {
    case mysqlTypes.tiny:
      return column.columnLength === 1 ? booleanNumber : plain;
    case mysqlTypes.bit:
      return column.columnLength === 1 ? booleanBit : bits;
    case mysqlTypes.float:
      return shortFloat;
    case mysqlTypes.timestamp:
    case mysqlTypes.datetime:
      return timestampText;
    case mysqlTypes.time:
      return timeText;
    case mysqlTypes.date:
      return dateText;
    case mysqlTypes.json:
      return jsonText;
    default:
      return plain;
  }
}

function plain(stored: unknown): JsonValue {
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString("base64");
  if (typeof stored === "object" && stored !== null) return JSON.parse(JSON.stringify(stored)) as JsonValue;
  return (stored as string | number | null) ?? null;
}

function booleanNumber(stored: unknown): JsonValue {
  return stored === 1 ? true : stored === 0 ? false : plain(stored);
}

function booleanBit(stored: unknown): JsonValue {
  return stored instanceof Uint8Array ? stored[0] === 1 : null;
}

function bits(stored: unknown): JsonValue {
  if (!(stored instanceof Uint8Array)) return null;
  const value = BigInt(`0x${Buffer.from(stored).toString("hex") || "0"}`);
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Four bytes as the shortest decimal number that means them: 0.1, not 0.10000000149011612. */
function shortFloat(stored: unknown): JsonValue {
  if (typeof stored !== "number") return null;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(stored.toPrecision(digits));
    if (Math.fround(short) === stored) return short;
  }
  return stored;
}

/** Sessions run in UTC. The year 0 and other days that are none stay as the server writes them. */
function timestampText(stored: unknown): JsonValue {
  if (typeof stored !== "string") return null;
  const match = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(\.\d+)?)?$/.exec(stored);
  if (match === null || stored.includes("-00")) return stored;
  return `${match[1]}T${match[2] ?? "00:00:00"}${shortFraction(match[3])}Z`;
}

function timeText(stored: unknown): JsonValue {
  return typeof stored === "string" ? stored.replace(/\.\d+$/, shortFraction) : null;
}

function dateText(stored: unknown): JsonValue {
  return typeof stored === "string" ? stored.slice(0, 10) : null;
}

function jsonText(stored: unknown): JsonValue {
  return typeof stored === "string" ? (JSON.parse(stored) as JsonValue) : plain(stored);
}

function shortFraction(fraction = ""): string {
  return fraction.replace(/\.?0+$/, "");
}
