import type { JsonValue } from "../../expression/value.js";
import { instantText, isCalendarDay } from "./instant.js";

export const parameterTypes = [
  "string",
  "integer",
  "number",
  "boolean",
  "date",
  "timestamp",
  "json",
] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** What a driver can bind. A whole number is a `bigint`, so that every driver binds it as an integer. */
export type BoundValue = null | number | bigint | string;

/** Why a value does not fit. */
export class Misfit {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Turns one value that is not null into what is bound. */
export type Convert = (value: JsonValue) => BoundValue | Misfit;

/** The conversion for a declared type; `undefined` for a parameter that is not declared. */
export function converterFor(type: ParameterType | undefined, hasExactDecimals: boolean): Convert {
  if (type === "number" && hasExactDecimals) return decimalValue;
  return type === undefined ? anyValue : converters[type];
}

const converters: Readonly<Record<ParameterType, Convert>> = {
  string: (value) => (typeof value === "string" ? safeText(value) : misfit("text", value)),
  integer: integerValue,
  number: numberValue,
  boolean: booleanValue,
  date: (value) =>
    typeof value === "string" && isCalendarDay(value) ? value : misfit("a day as YYYY-MM-DD", value),
  timestamp: (value) =>
    (typeof value === "string" ? instantText(value) : undefined) ??
    misfit("an ISO 8601 time such as 2026-01-31T10:00:00Z", value),
  json: (value) => safeText(JSON.stringify(value)),
};

function anyValue(value: JsonValue): BoundValue | Misfit {
  switch (typeof value) {
    case "string":
      return safeText(value);
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "boolean":
      return value ? 1n : 0n;
    default:
      return misfit("a single value", value);
  }
}

const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 63n - 1n;

function integerValue(value: JsonValue): BoundValue | Misfit {
  if (typeof value === "number") {
    return Number.isSafeInteger(value)
      ? BigInt(value)
      : misfit("a whole number below 2^53, or its digits as text", value);
  }
  if (typeof value !== "string" || !/^[+-]?\d{1,30}$/.test(value)) return misfit("a whole number", value);
  const exact = BigInt(value.replace("+", ""));
  return exact >= minInteger && exact <= maxInteger ? exact : new Misfit("it does not fit into 64 bits");
}

function numberValue(value: JsonValue): BoundValue | Misfit {
  const found = isDecimalText(value) ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) ? found : misfit("a number", value);
}

/** Digits stay as they are, for databases that take them exactly. */
function decimalValue(value: JsonValue): BoundValue | Misfit {
  const converted = numberValue(value);
  return typeof value === "string" && !(converted instanceof Misfit) ? value : converted;
}

function isDecimalText(value: JsonValue): boolean {
  return typeof value === "string" && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);
}

function booleanValue(value: JsonValue): BoundValue | Misfit {
  if (value === true || value === 1) return 1n;
  if (value === false || value === 0) return 0n;
  return misfit("true or false", value);
}

function safeText(value: string): string | Misfit {
  return value.includes("\0") ? new Misfit("it holds a NUL character") : value;
}

function misfit(expected: string, value: JsonValue): Misfit {
  const found = Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? "an object"
      : `a ${words[typeof value]}`;
  return new Misfit(
    `${expected} is expected, but it is ${found}${typeof value === "string" ? " that is none" : ""}`,
  );
}

const words: Readonly<Record<string, string>> = { string: "text", number: "number", boolean: "boolean" };
