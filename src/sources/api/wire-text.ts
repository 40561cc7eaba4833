import type { JsonValue } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";

/** A value as text in a path, a query, a form or a header. Throws PARAMETER_INVALID for lists and objects. */
export function wireText(value: Exclude<JsonValue, null>, name: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw refusedValue(name, `${Array.isArray(value) ? "a list" : "an object"} cannot stand there`);
}

/** Percent-encodes everything that could end the text or change what stands around it. */
export function encodeText(text: string, name: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw refusedValue(name, "it has half of a character in it");
  }
}

/** Nothing has been sent when these are thrown. */
export function refusedValue(name: string, reason: string): OrchestratorError {
  return failure("PARAMETER_INVALID", { name, reason }, { wasSent: false });
}

export function missingValue(name: string): OrchestratorError {
  return failure("PARAMETER_NULL", { name }, { wasSent: false });
}
