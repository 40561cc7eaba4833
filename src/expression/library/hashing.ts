import { createHash, randomUUID } from "node:crypto";
import type { JsonValue } from "../value.js";
import { spendText } from "../work.js";
import { textArgument } from "./arguments.js";
import type { LibraryFunction } from "./entry.js";

/** Functions that hash, encode and name. */
export const hashingFunctions: readonly LibraryFunction[] = [
  {
    name: "uuid",
    signature: "uuid()",
    description: "A random UUID, another one at each call.",
    example: "uuid().length",
    result: "36",
    minArguments: 0,
    maxArguments: 0,
    gives: "clean",
    uses: "random",
    run: () => randomUUID(),
  },
  {
    name: "sha256",
    signature: "sha256(text)",
    description: "The SHA-256 of a text (UTF-8), in lower-case hexadecimal.",
    example: "sha256('abc').slice(0, 12)",
    result: '"ba7816bf8f01"',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: onText("sha256", (text) => createHash("sha256").update(text, "utf8").digest("hex")),
  },
  {
    name: "base64",
    signature: "base64(text)",
    description: "A text (UTF-8) in Base64.",
    example: "base64('user:secret')",
    result: '"dXNlcjpzZWNyZXQ="',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: onText("base64", (text) => Buffer.from(text, "utf8").toString("base64")),
  },
  {
    name: "base64_decode",
    signature: "base64_decode(text)",
    description: "The text (UTF-8) that Base64 or URL-safe Base64 stands for.",
    example: "base64_decode('dXNlcjpzZWNyZXQ=')",
    result: '"user:secret"',
    minArguments: 1,
    maxArguments: 1,
    gives: "clean",
    run: onText("base64_decode", (text) => Buffer.from(text, "base64").toString("utf8")),
  },
];

/** Null for null; what is read and what is made both count as work. */
function onText(name: string, run: (text: string) => string): (value: JsonValue) => JsonValue {
  return (value) => {
    if (value === null) return null;
    const text = textArgument(name, value);
    spendText(text.length);
    const result = run(text);
    spendText(result.length);
    return result;
  };
}
