import { createHash } from "node:crypto";
import type { JsonObject } from "../../expression/value.js";
import type { MappingTree } from "../../schema/tree.js";
import type { EndpointFile } from "../domain-file.js";
import type { EndpointCache } from "../model.js";
import { plainValue } from "./source-fingerprint.js";

/** `cache` of an endpoint. What it stands for is decided when the endpoint is planned. */
export function endpointCache(
  { cache }: EndpointFile,
  tree: MappingTree,
  constants: JsonObject | undefined,
): EndpointCache | undefined {
  if (cache === undefined) return undefined;
  const { ttl, stale_while_revalidate, stale_if_error, tags, key, key_ignores } = cache;
  const text = JSON.stringify([plainValue(tree), constants ?? null]);
  return {
    ttlMs: ttl,
    staleWhileRevalidateMs: stale_while_revalidate,
    staleIfErrorMs: stale_if_error,
    tags,
    key,
    ignored: key_ignores,
    fingerprint: createHash("sha256").update(text).digest("base64url"),
    location: tree.entries.get("cache")!.keyLocation,
  };
}
