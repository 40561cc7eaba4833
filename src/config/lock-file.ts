import { isJsonObject, type JsonObject, type JsonValue } from "../expression/value.js";
import type { LearnedShapes } from "./check/check-context.js";

/** Its name; it stands beside the configuration folder. */
export const lockFileName = "config.lock";

const version = 1;

/** The text of a lock file, the same for the same shapes. */
export function lockText(shapes: LearnedShapes): string {
  const sorted = sortedKeys(shapes as JsonObject, 2);
  return `${JSON.stringify({ version, shapes: sorted }, undefined, 2)}\n`;
}

/** Reads a lock file. Throws an Error that says why it cannot be used. */
export function parseLock(text: string): LearnedShapes {
  const content = JSON.parse(text) as JsonValue;
  if (!isJsonObject(content) || !isJsonObject(content["shapes"] ?? null))
    throw new Error("it holds no shapes");
  if (content["version"] !== version) {
    throw new Error(`its version is ${JSON.stringify(content["version"])}, and this one reads ${version}`);
  }
  return content["shapes"] as LearnedShapes;
}

function sortedKeys(value: JsonObject, depth: number): JsonObject {
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      depth > 1 && isJsonObject(inner) ? sortedKeys(inner, depth - 1) : inner,
    ]),
  );
}
