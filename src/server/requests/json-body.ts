import { isUtf8 } from "node:buffer";
import type { JsonValue } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import { maxJsonDepth, scanJson } from "./scan-json.js";

/**
 * The value of a JSON body; `undefined` for an empty one. Duplicate keys: the last one wins.
 * Throws CONTENT_TYPE_UNSUPPORTED; REQUEST_MALFORMED where it is no JSON, not UTF-8 or nested too deep;
 * REQUEST_INVALID with pointers for integers beyond 2^53, numbers beyond all bounds and the key `__proto__`.
 */
export function readJsonBody(
  contentType: string | undefined,
  body: Buffer | undefined,
): JsonValue | undefined {
  if (body === undefined || body.length === 0) return undefined;
  checkContentType(contentType);
  if (!isUtf8(body)) throw failure("REQUEST_MALFORMED", { reason: "the body is not UTF-8" });
  return parseJson(body.toString("utf8"));
}

const jsonType = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)[ \t]*(?:;|$)/i;

function checkContentType(contentType: string | undefined): void {
  if (contentType === "application/json") return;
  if (contentType !== undefined && jsonType.test(contentType)) return;
  const found = contentType === undefined ? "none" : contentType.split(";", 1)[0]!.trim().slice(0, 100);
  throw failure("CONTENT_TYPE_UNSUPPORTED", { found, expected: "application/json" });
}

function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return refuse(text);
  }
  return isPlain(value, 0) ? value : (refuseIfFaulty(text), value);
}

/**
 * Whether nothing in a value is suspicious. Looking at the parsed value costs a tenth of parsing it, where looking
 * at every character of the text would cost as much again. A number such as 1e20 looks like an integer too large,
 * so the text decides.
 */
function isPlain(value: JsonValue, depth: number): boolean {
  if (typeof value === "number") return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
  if (typeof value !== "object" || value === null) return true;
  if (depth >= maxJsonDepth) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (!isPlain(item, depth + 1)) return false;
    return true;
  }
  const members = value as Readonly<Record<string, JsonValue>>;
  for (const key in members) {
    if (key === "__proto__" || !isPlain(members[key]!, depth + 1)) return false;
  }
  return true;
}

function refuse(text: string): never {
  refuseIfFaulty(text);
  throw failure("REQUEST_MALFORMED", { reason: "its body is not JSON" });
}

function refuseIfFaulty(text: string): void {
  const fault = scanJson(text);
  if (fault === undefined) return;
  if (fault.kind === "values") {
    const { violations } = fault;
    throw failure("REQUEST_INVALID", { count: violations.length }, { violations });
  }
  const reason =
    fault.kind === "depth"
      ? `its body is nested more than ${maxJsonDepth} levels deep`
      : `its body is not JSON at ${placeOf(text, fault.offset)}`;
  throw failure("REQUEST_MALFORMED", { reason });
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line}, column ${offset - before.lastIndexOf("\n")}`;
}
