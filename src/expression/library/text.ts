import { jsonTextOf, textOf } from "../operators.js";
import type { JsonValue } from "../value.js";
import { spendText } from "../work.js";
import { textArgument } from "./arguments.js";
import type { LibraryFunction } from "./entry.js";

/** Functions that turn values into text and back. */
export const textFunctions: readonly LibraryFunction[] = [
  {
    name: "to_text",
    signature: "to_text(value)",
    description: "A value as `{{ }}` writes it: null is empty text, lists and objects are JSON.",
    example: "to_text(null) + to_text([1, 'a'])",
    result: '"[1,\\"a\\"]"',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: (value: JsonValue) => textOf(value),
  },
  {
    name: "to_json",
    signature: "to_json(value)",
    description: "The JSON text of a value.",
    example: "to_json({ a: null })",
    result: '"{\\"a\\":null}"',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: (value: JsonValue) => jsonTextOf(value),
  },
  {
    name: "parse_json",
    signature: "parse_json(text)",
    description: "The value that a JSON text stands for; null when it is not JSON.",
    example: "parse_json('{\"a\":[1]}').a[0]",
    result: "1",
    minArguments: 1,
    maxArguments: 1,
    gives: "anything",
    run: (value: JsonValue) => {
      if (value === null) return null;
      const text = textArgument("parse_json", value);
      spendText(text.length);
      return readJson(text);
    },
  },
];

function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
