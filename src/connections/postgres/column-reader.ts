import type { JsonValue } from "../../expression/value.js";
import { parseArray } from "./array-text.js";
import { typeIds } from "./type-ids.js";

export type ReadText = (text: string) => JsonValue;

/** The reader for a column of PostgreSQL, from the server's text to the JSON form of its type. */
export function columnReader(typeId: number): (stored: unknown) => JsonValue {
  const read = readers.get(typeId) ?? plainText;
  return (stored) => (stored === null ? null : read(stored as string));
}

const plainText: ReadText = (text) => text;

function integerText(text: string): JsonValue {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

function floatText(text: string): JsonValue {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function decimalText(text: string): JsonValue {
  return /^[-+]?\d/.test(text) ? text : null;
}

/** `infinity` is no day; days before our era and after the year 9999 stay as the server writes them. */
function dateText(text: string): JsonValue {
  return text.endsWith("infinity") ? null : text;
}

const timestampForm = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?$/;

/** Sessions run in UTC, and a time without a zone counts as UTC. */
function timestampText(text: string): JsonValue {
  const match = timestampForm.exec(text);
  if (match === null) return text.endsWith("infinity") ? null : text;
  return `${match[1]}T${match[2]}Z`;
}

function jsonText(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

function bytesText(text: string): JsonValue {
  return Buffer.from(text.slice(2), "hex").toString("base64");
}

const scalars: readonly (readonly [ReadText, readonly (readonly [scalar: number, array: number])[]])[] = [
  [(text) => text === "t", [typeIds.bool]],
  [integerText, [typeIds.int2, typeIds.int4, typeIds.int8, typeIds.oid]],
  [floatText, [typeIds.float4, typeIds.float8]],
  [decimalText, [typeIds.numeric]],
  [dateText, [typeIds.date]],
  [timestampText, [typeIds.timestamp, typeIds.timestamptz]],
  [jsonText, [typeIds.json, typeIds.jsonb]],
  [bytesText, [typeIds.bytea]],
  [
    plainText,
    [
      typeIds.text,
      typeIds.varchar,
      typeIds.bpchar,
      typeIds.name,
      typeIds.uuid,
      typeIds.interval,
      typeIds.time,
      typeIds.timetz,
    ],
  ],
];

const readers: ReadonlyMap<number, ReadText> = new Map([
  [typeIds.void[0], (): JsonValue => null],
  ...scalars.flatMap(([read, ids]) =>
    ids.flatMap(([scalar, array]): readonly (readonly [number, ReadText])[] => [
      [scalar, read],
      [array, (text) => parseArray(text, read)],
    ]),
  ),
]);
