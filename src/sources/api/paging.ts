import type { HttpRequest } from "../../connections/http/http-client.js";
import { replyInvalid } from "../../connections/http/reply-invalid.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { ApiCall } from "./api-call.js";
import type { ApiReply } from "./api-reply.js";
import { destinationOf, withParameter } from "./follow-up.js";
import { nextLink } from "./link-header.js";
import type { PagingRule } from "./paging-keys.js";

/** How an operation goes from page to page. */
export interface Paging {
  readonly maxPages: number;
  /** Pages with a number end at the first empty one, which is then asked for beyond `maxPages` too. */
  readonly endsEmpty: boolean;
  /** The request of the first page. */
  first(request: HttpRequest): HttpRequest;
  /**
   * The request after a page, from the first one made anew; `undefined` after the last. Throws SOURCE_REPLY_INVALID
   * where the next page is on another origin.
   */
  next(page: PageAnswer, request: HttpRequest, fresh: () => HttpRequest): HttpRequest | undefined;
}

export interface PageAnswer {
  readonly reply: ApiReply;
  /** From 0. */
  readonly index: number;
  readonly isEmpty: boolean;
}

export function compilePaging(
  rule: PagingRule,
  call: Pick<ApiCall, "origin" | "authorizedPath">,
  isGraphql: boolean,
): Paging {
  const { maxPages } = rule;
  const set = isGraphql ? withVariable : withQuery;
  switch (rule.by) {
    case "page":
      return {
        maxPages,
        endsEmpty: true,
        first: (request) => set(request, rule.param, rule.start),
        next: ({ index, isEmpty }, _, fresh) =>
          isEmpty ? undefined : set(fresh(), rule.param, rule.start + index + 1),
      };
    case "cursor":
      return {
        maxPages,
        endsEmpty: false,
        first: (request) => request,
        next({ reply }, _, fresh) {
          const cursor = reply.next ?? null;
          if (cursor === null || cursor === "" || cursor === false) return undefined;
          if (typeof cursor === "object") throw replyInvalid("what leads to its next page is no text");
          return set(fresh(), rule.param, cursor);
        },
      };
    case "link":
      return {
        maxPages,
        endsEmpty: false,
        first: (request) => request,
        next({ reply }, request, fresh) {
          const link = nextLink(reply.headers["link"]);
          if (link === undefined) return undefined;
          const destination = destinationOf(call.origin, request, link);
          if (destination.kind === "elsewhere") throw replyInvalid("its next page is on another origin");
          return { ...fresh(), path: call.authorizedPath(destination.path) };
        },
      };
  }
}

type Scalar = string | number | boolean;

function withQuery(request: HttpRequest, name: string, value: Scalar): HttpRequest {
  return { ...request, path: withParameter(request.path, name, String(value)) };
}

function withVariable(request: HttpRequest, name: string, value: Scalar): HttpRequest {
  const body = JSON.parse(String(request.body)) as { readonly variables: JsonObject };
  const variables: Record<string, JsonValue> = { ...body.variables, [name]: value };
  return { ...request, body: JSON.stringify({ ...body, variables }) };
}
