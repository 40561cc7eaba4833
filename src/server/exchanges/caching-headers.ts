import type { FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionResult } from "../../engine/execution/execution-input.js";
import type { PlannedCache } from "../../plan/plan.js";
import { addVary } from "./add-vary.js";

/**
 * Says what caches between here and the caller, and the caller, may do with a reply of an endpoint that keeps its
 * replies. Answers whether the caller has it already: then the reply is a 304 without a body. Headers that the endpoint wrote
 * itself stay.
 */
export function addCachingHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  { vary, isPublic }: PlannedCache,
  { kept, status, headers }: ExecutionResult,
): boolean {
  const setDefault = (name: string, value: string) => {
    if (!headers.some(([written]) => written.toLowerCase() === name)) reply.header(name, value);
  };
  if (vary !== undefined) addVary(reply, vary);
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (kept === undefined) {
    setDefault("cache-control", "no-store");
    return false;
  }
  const seconds = Math.floor(kept.freshMs / 1_000);
  setDefault("cache-control", `${isPublic ? "public" : "private"}, max-age=${seconds}`);
  if (status >= 300) return false;
  setDefault("etag", kept.etag);
  const isKnown = namesTag(request.headers["if-none-match"], String(reply.getHeader("etag")));
  if (isKnown) reply.code(304).removeHeader("content-type");
  return isKnown;
}

/** Tags are compared weakly: the same body, whatever else differs. */
function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const known = new Set(ifNoneMatch.match(/"[^"]*"/g));
  return known.has(etag.replace(/^W\//, ""));
}
