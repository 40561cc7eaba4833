import { jsonTextOf } from "../operators.js";
import type { JsonValue } from "../value.js";
import { spendText } from "../work.js";
import type { LibraryFunction } from "./entry.js";

const one = { minArguments: 1, maxArguments: 1 } as const;

/** `Number`, `String` and `Boolean` with what belongs to them. */
export const conversionFunctions: readonly LibraryFunction[] = [
  {
    name: "Number",
    signature: "Number(value)",
    description:
      "The number that JavaScript reads in a text or boolean; null for null and where there is none.",
    example: "[Number('12'), Number(null)]",
    result: "[12,null]",
    ...one,
    gives: "scalar",
    run: (value: JsonValue) => numberOf(value),
  },
  {
    name: "Number.isFinite",
    signature: "Number.isFinite(value)",
    description: "Whether the value is a number and finite.",
    example: "[Number.isFinite(1 / 3), Number.isFinite(1 / 0), Number.isFinite('1')]",
    result: "[true,false,false]",
    ...one,
    gives: "clean",
    run: (value: JsonValue) => Number.isFinite(value),
  },
  {
    name: "Number.isInteger",
    signature: "Number.isInteger(value)",
    description: "Whether the value is a whole number.",
    example: "[Number.isInteger(2), Number.isInteger(2.5)]",
    result: "[true,false]",
    ...one,
    gives: "clean",
    run: (value: JsonValue) => Number.isInteger(value),
  },
  {
    name: "Number.isSafeInteger",
    signature: "Number.isSafeInteger(value)",
    description: "Whether the value is a whole number within ±(2^53 - 1).",
    example: "Number.isSafeInteger(2 ** 53)",
    result: "false",
    ...one,
    gives: "clean",
    run: (value: JsonValue) => Number.isSafeInteger(value),
  },
  {
    name: "Number.isNaN",
    signature: "Number.isNaN(value)",
    description: "Whether the value is the result of a calculation that has none.",
    example: "Number.isNaN(0 / 0)",
    result: "true",
    ...one,
    gives: "clean",
    run: (value: JsonValue) => Number.isNaN(value),
  },
  {
    name: "Number.parseFloat",
    signature: "Number.parseFloat(text)",
    description: "The number that a text begins with.",
    example: "Number.parseFloat('12.5 km')",
    result: "12.5",
    ...one,
    gives: "scalar",
    run: (value: JsonValue) => readNumber(value, Number.parseFloat),
  },
  {
    name: "Number.parseInt",
    signature: "Number.parseInt(text, radix?)",
    description: "The whole number that a text begins with, decimal unless a radix is given.",
    example: "[Number.parseInt('42 days'), Number.parseInt('ff', 16)]",
    result: "[42,255]",
    minArguments: 1,
    maxArguments: 2,
    gives: "scalar",
    run: (value: JsonValue, radix?: JsonValue) =>
      readNumber(value, (text) =>
        Number.parseInt(text, (typeof radix === "number" ? radix : 0) || undefined),
      ),
  },
  {
    name: "String",
    signature: "String(value)",
    description: "The value as text; null for null, JSON for lists and objects.",
    example: "[String(1.5), String(null), String([1])]",
    result: '["1.5",null,"[1]"]',
    ...one,
    gives: "clean",
    run: (value: JsonValue) => {
      if (value === null) return null;
      return typeof value === "object" ? jsonTextOf(value) : String(value);
    },
  },
  {
    name: "Boolean",
    signature: "Boolean(value)",
    description: "False for null, false, 0 and empty text; true for everything else.",
    example: "[1, 0, 'a', '', null].map(Boolean)",
    result: "[true,false,true,false,false]",
    ...one,
    gives: "clean",
    run: (value: JsonValue) => Boolean(value),
  },
];

function numberOf(value: JsonValue): number | null {
  if (value === null || typeof value === "object") return null;
  if (typeof value === "string") spendText(value.length);
  return Number(value);
}

function readNumber(value: JsonValue, read: (text: string) => number): number | null {
  if (value === null || typeof value === "object") return null;
  const text = String(value);
  spendText(text.length);
  return read(text);
}
