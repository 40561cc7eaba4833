import { failure } from "../../problems/orchestrator-error.js";
import { nameOf } from "../operators.js";
import type { JsonValue } from "../value.js";
import { conversionFunctions } from "./conversions.js";
import { dateFunctions } from "./dates.js";
import type { LibraryConstant, LibraryFunction, LibraryMethod } from "./entry.js";
import { hashingFunctions } from "./hashing.js";
import { listMethods } from "./list-methods.js";
import { listFunctions } from "./lists.js";
import { mathFunctions, numberConstants } from "./math.js";
import { numberMethods } from "./number-methods.js";
import { numberFunctions } from "./numbers.js";
import { objectFunctions } from "./objects.js";
import { textFunctions } from "./text.js";
import { textMethods } from "./text-methods.js";

/** Everything that an expression can call by name. */
export const libraryFunctions: readonly LibraryFunction[] = [
  ...numberFunctions,
  ...textFunctions,
  ...listFunctions,
  ...objectFunctions,
  ...dateFunctions,
  ...hashingFunctions,
  ...conversionFunctions,
  ...mathFunctions,
];

/** Every method that can be called on a value. One name can be a method of several kinds. */
export const libraryMethods: readonly LibraryMethod[] = [...textMethods, ...listMethods, ...numberMethods];

export const libraryConstants: readonly LibraryConstant[] = numberConstants;

/** The names before the point of functions such as `Math.floor`. */
export const namespaces: readonly string[] = ["Math", "Object", "Number", "String", "Boolean"];

const functionsByName = new Map(libraryFunctions.map((each) => [each.name, each]));
const constantsByName = new Map(libraryConstants.map((each) => [each.name, each.value]));
const methodsByName = new Map<string, readonly LibraryMethod[]>();
for (const each of libraryMethods) {
  methodsByName.set(each.name, [...(methodsByName.get(each.name) ?? []), each]);
}

export function functionNamed(name: string): LibraryFunction | undefined {
  return functionsByName.get(name);
}

export function constantNamed(name: string): number | undefined {
  return constantsByName.get(name);
}

/** The methods of this name: one for each kind of value that has it. Empty when there is none. */
export function methodsNamed(name: string): readonly LibraryMethod[] {
  return methodsByName.get(name) ?? [];
}

export type MethodCall = (receiver: JsonValue, first?: JsonValue, second?: JsonValue) => JsonValue;

/** The method as a function that chooses by the kind of its receiver: null for null, EXPRESSION_FAILED where it has none. */
export function methodCall(name: string): MethodCall {
  const runs = Object.fromEntries(methodsNamed(name).map((each) => [each.on, each.run as MethodCall]));
  const { text, list, number } = runs;
  return (receiver, first, second) => {
    if (receiver === null) return null;
    if (typeof receiver === "string") {
      if (text !== undefined) return text(receiver, first, second);
    } else if (typeof receiver === "number") {
      if (number !== undefined) return number(receiver, first, second);
    } else if (Array.isArray(receiver) && list !== undefined) return list(receiver, first, second);
    throw failure("EXPRESSION_FAILED", { reason: `${nameOf(receiver)} has no method "${name}"` });
  };
}
