import { isJsonList, type JsonValue } from "../../../expression/value.js";
import { integerRange, largestFloat, type ElementType, type IntegerRange } from "../tensors/element-types.js";
import type { Feature } from "./feature.js";

/** What becomes of values that are missing or do not fit. */
export interface ConversionRules {
  readonly missing: "error" | "default" | "nan" | "zero";
  /** Whether text that is a number counts as one, and a number where text is wanted as text. */
  readonly coerce: boolean;
}

/** Why a value cannot be a feature. */
export class Misfit {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The value of a feature as its model takes it. */
export function convertFeature(
  given: JsonValue,
  feature: Feature,
  rules: ConversionRules,
): JsonValue | Misfit {
  const value = given ?? feature.defaultValue ?? null;
  if (feature.width === 1) {
    const only = isJsonList(value) && value.length === 1 && feature.type !== undefined ? value[0]! : value;
    return convertElement(only, feature.type, rules);
  }
  if (value === null) {
    const stand = convertElement(null, feature.type, rules);
    return stand instanceof Misfit ? stand : new Array<JsonValue>(feature.width).fill(stand);
  }
  if (!isJsonList(value)) return new Misfit(`expected a list of ${feature.width}, got ${describe(value)}`);
  if (value.length !== feature.width)
    return new Misfit(`expected a list of ${feature.width}, got one of ${value.length}`);
  const converted: JsonValue[] = [];
  for (const [index, element] of value.entries()) {
    const one = convertElement(element, feature.type, rules);
    if (one instanceof Misfit) return new Misfit(`${one.reason} (element ${index})`);
    converted.push(one);
  }
  return converted;
}

function convertElement(
  value: JsonValue,
  type: ElementType | undefined,
  rules: ConversionRules,
): JsonValue | Misfit {
  if (value === null) return missingValue(type, rules);
  if (type === undefined) return value;
  if (type === "string") return convertText(value, rules);
  if (type === "bool") return convertBoolean(value, rules);
  const range = integerRange(type);
  return range === undefined ? convertFloat(value, type, rules) : convertInteger(value, type, range, rules);
}

function missingValue(type: ElementType | undefined, { missing }: ConversionRules): JsonValue | Misfit {
  const isFloat = type === undefined || largestFloat(type) !== undefined;
  if (missing === "nan" && isFloat) return NaN;
  if (missing === "zero" && type !== "string") return type === "bool" ? false : 0;
  return new Misfit("it is missing");
}

function convertText(value: JsonValue, { coerce }: ConversionRules): JsonValue | Misfit {
  if (typeof value === "string") return value;
  if (coerce && (typeof value === "number" || typeof value === "boolean")) return String(value);
  return new Misfit(`expected text, got ${describe(value)}`);
}

function convertBoolean(value: JsonValue, rules: ConversionRules): JsonValue | Misfit {
  if (typeof value === "boolean") return value;
  const number = rules.coerce ? numberIn(value) : value;
  if (number === 0 || number === 1) return number === 1;
  if (rules.coerce && (value === "true" || value === "false")) return value === "true";
  return new Misfit(`expected true or false, got ${describe(value)}`);
}

function convertFloat(value: JsonValue, type: ElementType, { coerce }: ConversionRules): JsonValue | Misfit {
  if (typeof value === "boolean") return value ? 1 : 0;
  const number = coerce ? numberIn(value) : value;
  if (typeof number !== "number") return new Misfit(`expected a number, got ${describe(value)}`);
  const isInRange = Math.abs(number) <= largestFloat(type)! || Number.isNaN(number);
  return isInRange ? number : new Misfit(`${number} is too large for ${type}`);
}

/** Integers beyond 2^53 come as text, which is what they are everywhere in this service. */
function convertInteger(
  value: JsonValue,
  type: ElementType,
  { least, most }: IntegerRange,
  { coerce }: ConversionRules,
): JsonValue | Misfit {
  if (typeof value === "boolean") return value ? 1 : 0;
  const isBigText = typeof value === "string" && /^-?\d{16,20}$/.test(value);
  const number = coerce && !isBigText ? numberIn(value) : value;
  if (typeof number === "number" && !Number.isInteger(number))
    return new Misfit(`expected a whole number, got ${describe(value)}`);
  if (typeof number !== "number" && !isBigText)
    return new Misfit(`expected a whole number, got ${describe(value)}`);
  const exact = BigInt(number as number | string);
  if (exact < least || exact > most) return new Misfit(`${String(exact)} is out of the range of ${type}`);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : String(exact);
}

function numberIn(value: JsonValue): JsonValue {
  if (typeof value !== "string" || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return value;
  return Number(value);
}

/** What a value is, without showing it: features are personal data. */
function describe(value: JsonValue): string {
  if (isJsonList(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
