import { spendText } from "../work.js";
import type { JsonValue } from "../value.js";
import type { LibraryConstant, LibraryFunction } from "./entry.js";

type Row = readonly [name: string, parameters: string, description: string, example: string, result: string];

const oneOrTwo: readonly Row[] = [
  ["abs", "x", "The number without its sign.", "-2", "2"],
  ["acos", "x", "The arc cosine, in radians.", "1", "0"],
  ["acosh", "x", "The inverse hyperbolic cosine.", "1", "0"],
  ["asin", "x", "The arc sine, in radians.", "0", "0"],
  ["asinh", "x", "The inverse hyperbolic sine.", "0", "0"],
  ["atan", "x", "The arc tangent, in radians.", "0", "0"],
  ["atan2", "y, x", "The angle of a point, in radians.", "0, 1", "0"],
  ["atanh", "x", "The inverse hyperbolic tangent.", "0", "0"],
  ["cbrt", "x", "The cube root.", "27", "3"],
  ["ceil", "x", "The next whole number upwards.", "2.1", "3"],
  ["cos", "x", "The cosine of an angle in radians.", "0", "1"],
  ["cosh", "x", "The hyperbolic cosine.", "0", "1"],
  ["exp", "x", "The power x of e.", "0", "1"],
  ["expm1", "x", "The power x of e, less 1.", "0", "0"],
  ["floor", "x", "The next whole number downwards.", "2.9", "2"],
  ["log", "x", "The natural logarithm.", "1", "0"],
  ["log10", "x", "The logarithm to base 10.", "1000", "3"],
  ["log1p", "x", "The natural logarithm of 1 + x.", "0", "0"],
  ["log2", "x", "The logarithm to base 2.", "8", "3"],
  ["pow", "x, y", "The power y of x.", "2, 10", "1024"],
  ["round", "x", "The nearest whole number; half goes up.", "2.5", "3"],
  ["sign", "x", "1, 0 or -1.", "-7", "-1"],
  ["sin", "x", "The sine of an angle in radians.", "0", "0"],
  ["sinh", "x", "The hyperbolic sine.", "0", "0"],
  ["sqrt", "x", "The square root.", "9", "3"],
  ["tan", "x", "The tangent of an angle in radians.", "0", "0"],
  ["tanh", "x", "The hyperbolic tangent.", "0", "0"],
  ["trunc", "x", "The number without what follows its point.", "-2.9", "-2"],
];

const anyNumber: readonly Row[] = [
  ["hypot", "…numbers", "The square root of the sum of squares.", "3, 4", "5"],
  ["max", "…numbers", "The largest of its arguments.", "1, 3, 2", "3"],
  ["min", "…numbers", "The smallest of its arguments.", "1, 3, 2", "1"],
];

/** The pure functions of `Math`. Each gives null when an argument is null, a list or an object. */
export const mathFunctions: readonly LibraryFunction[] = [
  ...oneOrTwo.map((row): LibraryFunction => {
    const count = row[1].split(",").length;
    const run = Math[row[0] as "atan2"];
    return {
      ...describe(row),
      minArguments: count,
      maxArguments: count,
      gives: "scalar",
      run: (x: JsonValue, y?: JsonValue) =>
        typeof x === "number" && (count === 1 || typeof y === "number")
          ? run(x, y as number)
          : onNumbers(count === 1 ? [x] : [x, y as JsonValue], ([a, b]) => run(a!, b!)),
    };
  }),
  ...anyNumber.map((row): LibraryFunction => {
    const run = Math[row[0] as "max"];
    return {
      ...describe(row),
      minArguments: 0,
      maxArguments: Infinity,
      gives: "scalar",
      run: (given: readonly JsonValue[]) => onNumbers(given, (numbers) => reduceNumbers(run, numbers)),
    };
  }),
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** The constants of `Math` and `Number`. */
export const numberConstants: readonly LibraryConstant[] = [
  { name: "Math.PI", description: "The ratio of a circle's circumference to its diameter.", value: Math.PI },
  { name: "Math.E", description: "The base of the natural logarithm.", value: Math.E },
  { name: "Math.LN2", description: "The natural logarithm of 2.", value: Math.LN2 },
  { name: "Math.LN10", description: "The natural logarithm of 10.", value: Math.LN10 },
  { name: "Math.LOG2E", description: "The logarithm of e to base 2.", value: Math.LOG2E },
  { name: "Math.LOG10E", description: "The logarithm of e to base 10.", value: Math.LOG10E },
  { name: "Math.SQRT2", description: "The square root of 2.", value: Math.SQRT2 },
  { name: "Math.SQRT1_2", description: "The square root of one half.", value: Math.SQRT1_2 },
  { name: "Number.EPSILON", description: "The distance from 1 to the next number.", value: Number.EPSILON },
  { name: "Number.MAX_VALUE", description: "The largest number.", value: Number.MAX_VALUE },
  {
    name: "Number.MAX_SAFE_INTEGER",
    description: "The largest whole number that has no neighbour it could be mistaken for.",
    value: Number.MAX_SAFE_INTEGER,
  },
  {
    name: "Number.MIN_SAFE_INTEGER",
    description: "The smallest such number.",
    value: Number.MIN_SAFE_INTEGER,
  },
];

function describe([name, parameters, description, example, result]: Row) {
  return {
    name: `Math.${name}`,
    signature: `Math.${name}(${parameters})`,
    description,
    example: `Math.${name}(${example})`,
    result,
  };
}

function onNumbers(given: readonly JsonValue[], run: (numbers: readonly number[]) => number): number | null {
  const numbers: number[] = [];
  for (const each of given) {
    if (each === null || typeof each === "object") return null;
    if (typeof each === "string") spendText(each.length);
    numbers.push(Number(each));
  }
  return run(numbers);
}

/** In slices, because a call takes only so many arguments. */
function reduceNumbers(run: (...numbers: number[]) => number, numbers: readonly number[]): number {
  if (numbers.length <= 1000) return run(...numbers);
  let result = run(...numbers.slice(0, 1000));
  for (let start = 1000; start < numbers.length; start += 1000) {
    result = run(result, ...numbers.slice(start, start + 1000));
  }
  return result;
}
