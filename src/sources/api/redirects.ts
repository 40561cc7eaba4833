import type { HttpRequest } from "../../connections/http/http-client.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { ApiCall } from "./api-call.js";
import { destinationOf } from "./follow-up.js";

/**
 * The request that a redirect asks for; `undefined` where the answer is none that is followed. Only reads on the same
 * origin are, so credentials stay where they belong.
 */
export function redirected(call: ApiCall, request: HttpRequest, reply: HttpReply): HttpRequest | undefined {
  const { status } = reply;
  const location = reply.header("location");
  if (!call.redirects.statuses.has(status) || location === undefined) return undefined;
  const destination = destinationOf(call.origin, request, location);
  if (destination.kind === "elsewhere") return undefined;
  const path = call.authorizedPath(destination.path);
  if (status === 307 || status === 308 || request.method === "GET" || request.method === "HEAD") {
    return { ...request, path };
  }
  return { method: "GET", path, headers: withoutContentType(request.headers), body: null };
}

function withoutContentType(headers: readonly string[]): string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]!.toLowerCase() !== "content-type");
}
