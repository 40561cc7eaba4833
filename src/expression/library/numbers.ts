import type { JsonValue } from "../value.js";
import { spend } from "../work.js";
import { listArgument, numberArgument, optionalNumber, textArgument, wrongKind } from "./arguments.js";
import type { LibraryFunction } from "./entry.js";

/** Functions over numbers and lists of numbers. */
export const numberFunctions: readonly LibraryFunction[] = [
  {
    name: "sum",
    signature: "sum(list)",
    description: "The sum of the numbers of a list; null items are left out, numeric text is read.",
    example: "sum([1, 2, null, '3.5'])",
    result: "6.5",
    minArguments: 1,
    maxArguments: 1,
    gives: "scalar",
    run: (list: JsonValue) => (list === null ? null : numbersOf("sum", list).reduce((a, b) => a + b, 0)),
  },
  {
    name: "avg",
    signature: "avg(list)",
    description: "The mean of the numbers of a list, null items left out; null when there is none.",
    example: "avg([1, 2, 6])",
    result: "3",
    minArguments: 1,
    maxArguments: 1,
    gives: "scalar",
    run: (list: JsonValue) => {
      const numbers = list === null ? [] : numbersOf("avg", list);
      return numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0) / numbers.length;
    },
  },
  {
    name: "min",
    signature: "min(list)",
    description: "The smallest number or text of a list, null items left out; null when there is none.",
    example: "min([3, null, 1])",
    result: "1",
    minArguments: 1,
    maxArguments: 1,
    gives: "scalar",
    run: (list: JsonValue) => extremeOf("min", list, (a, b) => a < b),
  },
  {
    name: "max",
    signature: "max(list)",
    description: "The largest number or text of a list, null items left out; null when there is none.",
    example: "max(['2026-01-31', '2026-02-01'])",
    result: '"2026-02-01"',
    minArguments: 1,
    maxArguments: 1,
    gives: "scalar",
    run: (list: JsonValue) => extremeOf("max", list, (a, b) => a > b),
  },
  {
    name: "round",
    signature: "round(number, digits?)",
    description: "Rounds half away from zero, to whole numbers or to this many digits after the point.",
    example: "round(1.005, 2)",
    result: "1.01",
    minArguments: 1,
    maxArguments: 2,
    gives: "scalar",
    run: (value: JsonValue, digits?: JsonValue) =>
      value === null
        ? null
        : roundTo(numberArgument("round", value), Math.trunc(optionalNumber("round", digits) ?? 0)),
  },
  {
    name: "to_number",
    signature: "to_number(value)",
    description: "The number that a text or boolean stands for; null when it stands for none.",
    example: "[to_number(' 12.50 '), to_number('n/a')]",
    result: "[12.5,null]",
    minArguments: 1,
    maxArguments: 1,
    gives: "scalar",
    run: (value: JsonValue) => {
      if (value === null || typeof value === "object") return null;
      if (typeof value !== "string") return Number(value);
      return value.trim() === "" ? null : cleanNumber(Number(value));
    },
  },
];

function numbersOf(name: string, value: JsonValue): readonly number[] {
  const list = listArgument(name, value);
  spend(list.length);
  return list.filter((item) => item !== null).map((item) => numberArgument(name, item));
}

function extremeOf(
  name: string,
  value: JsonValue,
  isBetter: (a: number | string, b: number | string) => boolean,
): JsonValue {
  if (value === null) return null;
  const list = listArgument(name, value);
  spend(list.length);
  let best: number | string | null = null;
  for (const item of list) {
    if (item === null) continue;
    if (typeof item !== "number" && typeof item !== "string") {
      return wrongKind(name, "a list of numbers or texts", item);
    }
    if (typeof item === "string") spend(textArgument(name, item).length / 64);
    if (best === null || isBetter(item, best)) best = item;
  }
  return best;
}

/** Rounds by moving the point in the decimal text, so that 1.005 is what people take it for. */
function roundTo(value: number, digits: number): number {
  if (!Number.isFinite(value) || Math.abs(digits) > 100) return value;
  const magnitude = shiftPoint(Math.round(shiftPoint(Math.abs(value), digits)), -digits);
  return value < 0 ? -magnitude : magnitude;
}

function shiftPoint(value: number, places: number): number {
  const [digits, exponent = "0"] = String(value).split("e");
  return Number(`${digits}e${Number(exponent) + places}`);
}

function cleanNumber(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
