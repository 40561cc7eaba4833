import { isJsonObject, type JsonValue } from "../../../expression/value.js";

export interface ServerError {
  /** For the operator's log. */
  readonly reason: string;
  /** The server says that it has no time now. */
  readonly isBusy: boolean;
}

/** What a feature server says went wrong, in any of its forms: JSON inside a JSON text, `detail`, `error`, plain text. */
export function serverError(status: number, text: string): ServerError {
  return { reason: reasonOf(decoded(text)).slice(0, 500), isBusy: status === 503 || status === 429 };
}

function decoded(text: string): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === "string" && value.startsWith("{") ? decoded(value) : value;
  } catch {
    return text;
  }
}

function reasonOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const { class: name, message, detail, error } = value;
  if (typeof message === "string") return typeof name === "string" ? `${name}: ${message}` : message;
  return reasonOf(detail ?? error ?? JSON.stringify(value));
}
