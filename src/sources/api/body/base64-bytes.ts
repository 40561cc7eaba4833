import type { JsonValue } from "../../../expression/value.js";
import { refusedValue } from "../wire-text.js";

/** The bytes that a base64 text stands for: JSON has no bytes. Throws PARAMETER_INVALID. */
export function base64Bytes(value: JsonValue, name: string): Buffer {
  if (
    typeof value === "string" &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(value)
  ) {
    return Buffer.from(value, "base64");
  }
  throw refusedValue(name, "bytes are written as a base64 text");
}
