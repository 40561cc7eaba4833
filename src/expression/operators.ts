import { failure } from "../problems/orchestrator-error.js";
import { clean } from "./clean.js";
import { isJsonList, type JsonObject, type JsonValue } from "./value.js";
import { spend, spendText } from "./work.js";

const hasOwn = Object.prototype.hasOwnProperty;

/** `value[key]` for a computed key: own properties only, null for everything else. */
export function readMember(value: JsonValue, key: JsonValue): JsonValue {
  if (value === null || (typeof key !== "string" && typeof key !== "number")) return null;
  return hasOwn.call(value, key) ? ((value as unknown as JsonObject)[key] ?? null) : null;
}

/** `+`: null for null, lists and objects; text concatenates. */
export function add(a: JsonValue, b: JsonValue): JsonValue {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (!isScalar(a) || !isScalar(b)) return null;
  const sum = (a as string) + (b as string);
  if (typeof sum === "string") spendText(sum.length);
  return sum;
}

/** The arithmetic operators beside `+`: null for null, lists and objects. */
export const arithmetic = {
  "-": (a: JsonValue, b: JsonValue) =>
    typeof a === "number" && typeof b === "number" ? a - b : onScalars(a, b, (x, y) => x - y),
  "*": (a: JsonValue, b: JsonValue) =>
    typeof a === "number" && typeof b === "number" ? a * b : onScalars(a, b, (x, y) => x * y),
  "/": (a: JsonValue, b: JsonValue) =>
    typeof a === "number" && typeof b === "number" ? a / b : onScalars(a, b, (x, y) => x / y),
  "%": (a: JsonValue, b: JsonValue) =>
    typeof a === "number" && typeof b === "number" ? a % b : onScalars(a, b, (x, y) => x % y),
  "**": (a: JsonValue, b: JsonValue) =>
    typeof a === "number" && typeof b === "number" ? a ** b : onScalars(a, b, (x, y) => x ** y),
};

function onScalars(a: JsonValue, b: JsonValue, run: (x: number, y: number) => number): number | null {
  return isScalar(a) && isScalar(b) ? run(toNumber(a), toNumber(b)) : null;
}

/** Unary `-`: null for null, lists and objects. */
export function negate(value: JsonValue): number | null {
  return isScalar(value) ? -toNumber(value) : null;
}

/** Unary `+`, likewise. */
export function positive(value: JsonValue): number | null {
  return isScalar(value) ? toNumber(value) : null;
}

/** `<` and `<=` (with operands exchanged also `>` and `>=`): false with null, lists and objects. */
export function isBelow(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (!isScalar(a) || !isScalar(b)) return false;
  spendComparison(a, b);
  return a < b;
}

export function isAtMost(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "number" && typeof b === "number") return a <= b;
  if (!isScalar(a) || !isScalar(b)) return false;
  spendComparison(a, b);
  return a <= b;
}

/** `===`, with the reading of long texts counted. */
export function isSame(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "string" && typeof b === "string" && a.length === b.length) spendText(a.length);
  return a === b;
}

/** What `{{ … }}` puts into a text: nothing for null, JSON for lists and objects. */
export function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "";
  return typeof value === "object" ? jsonTextOf(value) : String(value);
}

/** A text that was made, within the bound on text. */
export function madeText(text: string): string {
  spendText(text.length);
  return text;
}

/** JSON of a value; measured first, because parts that are shared are written out each time. */
export function jsonTextOf(value: JsonValue): string {
  const text = JSON.stringify(clean(value));
  spendText(text.length);
  return text;
}

/** What `...` takes in a list or a call: a list, the characters of a text, nothing of null. */
export function spreadItems(value: JsonValue): readonly JsonValue[] {
  if (value === null) return [];
  if (isJsonList(value)) {
    spend(value.length);
    return value;
  }
  if (typeof value === "string") {
    spend(value.length);
    return [...value];
  }
  throw failure("EXPRESSION_FAILED", { reason: `${nameOf(value)} cannot be spread into a list` });
}

/** What `...` takes in an object. */
export function spreadEntries(value: JsonValue): JsonValue {
  if (typeof value === "string") spend(value.length);
  else if (typeof value === "object" && value !== null) spend(Object.keys(value).length);
  return value;
}

/** A computed key of an object as text. Throws EXPRESSION_FAILED for lists and objects. */
export function keyOf(value: JsonValue): string {
  if (typeof value === "object" && value !== null) {
    throw failure("EXPRESSION_FAILED", { reason: `${nameOf(value)} cannot be the key of an object` });
  }
  return String(value);
}

/** Sets an own property, whatever its name: `object["__proto__"] = …` would set the prototype instead. */
export function setOwn(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else object[key] = value;
}

/** The kind of a value in words, for messages. */
export function nameOf(value: JsonValue): string {
  if (value === null) return "null";
  if (isJsonList(value)) return "a list";
  const names = { string: "a text", number: "a number", boolean: "a boolean", object: "an object" };
  return names[typeof value as keyof typeof names];
}

function isScalar(value: JsonValue): value is boolean | number | string {
  return value !== null && typeof value !== "object";
}

/** As JavaScript's unary `+`; reading a text is counted. */
function toNumber(value: boolean | number | string): number {
  if (typeof value === "string") spendText(value.length);
  return Number(value);
}

function spendComparison(a: boolean | number | string, b: boolean | number | string): void {
  if (typeof a === "string" && typeof b === "string") spendText(Math.min(a.length, b.length));
  else {
    if (typeof a === "string") spendText(a.length);
    if (typeof b === "string") spendText(b.length);
  }
}
