import { failure } from "../../problems/orchestrator-error.js";
import { nameOf } from "../operators.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../value.js";
import { spendText } from "../work.js";

/** EXPRESSION_FAILED for a value of the wrong kind. */
export function wrongKind(name: string, expected: string, found: JsonValue): never {
  throw failure("EXPRESSION_FAILED", {
    reason: `"${name}" takes ${expected}, but was given ${nameOf(found)}`,
  });
}

/** A text argument: numbers and booleans are written out; lists and objects are refused. */
export function textArgument(name: string, value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return wrongKind(name, "a text", value);
}

/** A number argument: numeric text is read; lists, objects and null are refused. */
export function numberArgument(name: string, value: JsonValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && value.trim() !== "") {
    spendText(value.length);
    const read = Number(value);
    if (!Number.isNaN(read)) return read;
  }
  return wrongKind(name, "a number", value);
}

/** A number argument that may be left out. */
export function optionalNumber(name: string, value: JsonValue | undefined): number | undefined {
  return value === undefined || value === null ? undefined : numberArgument(name, value);
}

export function listArgument(name: string, value: JsonValue): readonly JsonValue[] {
  return isJsonList(value) ? value : wrongKind(name, "a list", value);
}

export function objectArgument(name: string, value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : wrongKind(name, "an object", value);
}
