import type { JsonValue } from "../value.js";
import { optionalNumber } from "./arguments.js";
import type { LibraryMethod } from "./entry.js";

/** Methods of numbers; each gives text. */
export const numberMethods: readonly LibraryMethod[] = [
  method(
    "toFixed",
    "digits?",
    "With this many digits after the point (0).",
    "(2.345).toFixed(1)",
    "2.3",
    (n, digits) => n.toFixed(digits),
  ),
  method(
    "toPrecision",
    "digits?",
    "With this many digits in all.",
    "(2.345).toPrecision(2)",
    "2.3",
    (n, digits) => n.toPrecision(digits),
  ),
  method("toString", "radix?", "In base 10, or in this one.", "(255).toString(16)", "ff", (n, radix) =>
    n.toString(radix),
  ),
];

function method(
  name: string,
  parameters: string,
  description: string,
  example: string,
  result: string,
  run: (value: number, argument: number | undefined) => string,
): LibraryMethod {
  return {
    name,
    on: "number",
    signature: `number.${name}(${parameters})`,
    description: `The number as text. ${description}`,
    example,
    result: JSON.stringify(result),
    minArguments: 0,
    maxArguments: 1,
    gives: "clean",
    run: (value: number, argument?: JsonValue) => run(value, optionalNumber(name, argument)),
  };
}
