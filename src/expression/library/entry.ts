import type { JsonValue } from "../value.js";

/**
 * What the result of a call is made of, so that only what needs it is looked through when it leaves an expression:
 * `clean` values are always JSON; a `scalar` may be a number that is not finite; `parts` are those of the arguments;
 * `anything` may hold parts many times over.
 */
export type Gives = "clean" | "scalar" | "parts" | "anything";

/** An argument that may or must be an arrow function. */
export interface CallbackArgument {
  /** Its place among the arguments, from 0. */
  readonly at: number;
  /** How many values it is given. */
  readonly parameters: number;
  /** False where another kind of value can stand in its place. */
  readonly required: boolean;
}

/** One function of the library. The parser, completion and the reference page read nothing but this. */
export interface LibraryFunction {
  /** As it is written: `sum`, `Math.floor`; of a method without its receiver: `toUpperCase`. */
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  readonly example: string;
  /** The value of the example, as JSON text. */
  readonly result: string;
  readonly minArguments: number;
  /** Infinity for functions that take any number; those are called with one list of all arguments. */
  readonly maxArguments: number;
  readonly callback?: CallbackArgument;
  readonly gives: Gives;
  /** `clock`: called with the time of the scope before its arguments. `random`: never the same twice. */
  readonly uses?: "clock" | "random";
  /** Arguments that are not given are undefined. Throws OrchestratorError only, or what `compile.ts` turns into one. */
  readonly run: (...given: never[]) => JsonValue;
}

/** A method. `run` gets the receiver first. */
export interface LibraryMethod extends LibraryFunction {
  readonly on: "text" | "list" | "number";
}

/** A named number, such as `Math.PI`. */
export interface LibraryConstant {
  readonly name: string;
  readonly description: string;
  readonly value: number;
}

/** An arrow function, compiled. */
export type Callback = (a: JsonValue, b?: JsonValue, c?: JsonValue, d?: JsonValue) => JsonValue;
