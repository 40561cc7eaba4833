import { createHash } from "node:crypto";
import type { CacheEntry } from "../../contracts/cache-store.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { PlannedCache } from "../../plan/plan.js";
import type { ExecutionResult, KeptBody } from "../execution/execution-input.js";

type Headers = ExecutionResult["headers"];

/** A reply with its body as it is sent, where it is one that may be kept; otherwise as it is. */
export function keepable(result: ExecutionResult, { ttlMs }: PlannedCache): ExecutionResult {
  const { status, headers, isComplete, isStale } = result;
  const isPlain = status >= 200 && status < 400 && status !== 304;
  if (!isPlain || !isComplete || isStale || headers.some(setsCookie)) return result;
  const bytes = Buffer.from(JSON.stringify(result.body));
  const etag = `W/"${createHash("sha256").update(bytes).digest("base64url").slice(0, 27)}"`;
  return { ...result, kept: { bytes, etag, freshMs: ttlMs } };
}

const setsCookie = ([name]: Headers[number]) => name.toLowerCase() === "set-cookie";

const overheadBytes = 300;

export function entryOf(
  { status, headers, kept }: ExecutionResult,
  { ttlMs, staleWhileRevalidateMs, staleIfErrorMs, tags }: PlannedCache,
  nowMs: number,
): CacheEntry | undefined {
  if (kept === undefined) return undefined;
  const content = { status, headers: headers as unknown as JsonValue, etag: kept.etag };
  return {
    storedAtMs: nowMs,
    keepMs: ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs),
    tags,
    content,
    body: kept.bytes,
    bytes: kept.bytes.length + 2 * JSON.stringify(headers).length + overheadBytes,
  };
}

/** What was kept, as a reply; one that is stale says its age. */
export function resultOf(
  { content, body }: CacheEntry,
  { ttlMs }: PlannedCache,
  ageMs: number,
  isStale: boolean,
): ExecutionResult {
  const { status, headers, etag } = content as JsonObject & { status: number; etag: string };
  const age: Headers = isStale ? [["Age", String(Math.floor(ageMs / 1_000))]] : [];
  const kept: KeptBody = { bytes: body!, etag, freshMs: Math.max(0, ttlMs - ageMs) };
  return new KeptResult(status, [...(headers as unknown as Headers), ...age], isStale, kept);
}

/** Its body is read only where somebody asks for the value and not for the bytes. */
class KeptResult implements ExecutionResult {
  readonly status: number;
  readonly headers: Headers;
  readonly isComplete = true;
  readonly isStale: boolean;
  readonly kept: KeptBody;

  constructor(status: number, headers: Headers, isStale: boolean, kept: KeptBody) {
    this.status = status;
    this.headers = headers;
    this.isStale = isStale;
    this.kept = kept;
  }

  get body(): JsonValue {
    return JSON.parse(Buffer.from(this.kept.bytes).toString()) as JsonValue;
  }
}
