import type { CachePolicy } from "../../config/cache-keys.js";
import type { CacheEntry } from "../../contracts/cache-store.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";

/** A reply as the cache keeps it: nothing of the connection it came from. */
export function keptReply(reply: SourceReply, policy: CachePolicy, nowMs: number): CacheEntry {
  const { value, status, headers, meta } = reply;
  const content: JsonObject = {
    value,
    ...(status === undefined ? {} : { status }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(meta === undefined ? {} : { meta }),
  };
  const { staleWhileRevalidateMs, staleIfErrorMs, tags } = policy;
  return {
    storedAtMs: nowMs,
    keepMs: freshMs(content, policy) + Math.max(staleWhileRevalidateMs, staleIfErrorMs),
    tags,
    content,
    bytes: 2 * JSON.stringify(content).length + overheadBytes,
  };
}

const overheadBytes = 200;

/** How long a value is as good as new: null has a time of its own. */
export function freshMs(content: JsonObject, { ttlMs, emptyTtlMs }: CachePolicy): number {
  return content["value"] === null ? emptyTtlMs : ttlMs;
}

export function replyOf({ content }: CacheEntry, ageMs: number, isStale: boolean): SourceReply {
  return { ...(content as unknown as SourceReply), kept: { ageMs, isStale } };
}
