import { baseUrl } from "../../connections/http/base-url.js";
import { headerNamePattern } from "../../connections/http/header-rules.js";
import { mapping, object, optional, required, withDefault } from "../../schema/composites.js";
import { formula, type Formula } from "../../schema/formula.js";
import { jsonObject, jsonValue } from "../../schema/json-value.js";
import { duration, enumeration, integer, size, text } from "../../schema/scalars.js";
import type { Infer } from "../../schema/schema.js";
import { pathTemplate } from "./path-template.js";
import { statuses } from "./statuses.js";
import { success } from "./success.js";
import { writtenHeaders } from "./written-headers.js";

const noFormulas: ReadonlyMap<string, Formula> = new Map();

/** Keys of a source that an operation may repeat, where they win. */
const sharedKeys = {
  headers: withDefault(
    writtenHeaders(),
    noFormulas,
    "Headers of the request. A null one is left out; an operation's are laid over the source's.",
    "none",
  ),
  query_style: optional(
    enumeration(["repeat", "comma", "brackets"]),
    "How lists stand in the query: `ids=1&ids=2`, `ids=1,2` or `ids[]=1&ids[]=2`.",
    "`repeat`",
  ),
  body_type: optional(
    enumeration(["json", "form", "text"]),
    "How the body is written; sets `Content-Type`.",
    "`json`",
  ),
  response_type: optional(
    enumeration(["json", "text"]),
    "What the body of the answer must be, whatever its `Content-Type` says.",
    "`json`",
  ),
  success: optional(success(), "Statuses, ranges, or an expression: when an answer is no failure.", "`2xx`"),
  empty_on: optional(statuses(), "Statuses that give null and are no failure.", "none"),
  max_response: optional(size(), "The largest body of an answer, after decompression.", "10mb"),
};

const plannedShared = [
  "auth",
  "forward",
  "tls",
  "proxy",
  "private_addresses",
  "redirects",
  "validate",
  "idle_timeout",
];

export const apiSettings = object(
  {
    base_url: required(baseUrl(), "Scheme, host and the part of the path that all operations share."),
    connections: withDefault(integer({ min: 1, max: 65_535 }), 512, "Sockets at most."),
    ...sharedKeys,
  },
  { planned: plannedShared },
);

const mock = object({
  status: withDefault(integer({ min: 200, max: 599 }), 200, "The status of the answer."),
  headers: withDefault(
    mapping(text(), { pattern: headerNamePattern }),
    new Map<string, string>(),
    "The headers of the answer.",
    "none",
  ),
  body: optional(jsonValue(), "The body of the answer; nothing in it is evaluated.", "none"),
  delay: withDefault(duration(), 0, "How long the answer takes.", "0ms"),
});

export const apiOperation = object(
  {
    description: optional(text(), "What the operation is for."),
    method: optional(
      enumeration(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]),
      "The method.",
      "GET; POST where there is a body",
    ),
    path: optional(
      pathTemplate(),
      "The path after `base_url`, with parameters in braces.",
      "that of `base_url`",
    ),
    query: withDefault(
      mapping(formula("operation_request", { exposedIn: "the query of a URL" })),
      noFormulas,
      "The query. Null values are left out.",
      "none",
    ),
    body: optional(
      formula("operation_request"),
      "The body: expressions at any depth, types are kept.",
      "none",
    ),
    idempotency_key: optional(
      formula("operation_request"),
      "Sent as `Idempotency-Key`, the same for all attempts, so that a write may be repeated.",
      "none",
    ),
    effect: optional(
      enumeration(["read", "write"]),
      "Whether a call changes something.",
      "GET, HEAD and OPTIONS read, others write",
    ),
    select: optional(formula("operation_answer"), "The value of a step.", "the body"),
    schema: optional(jsonObject("a JSON Schema"), "Describes the parsed body, before `select`."),
    mock: optional(mock, "The answer that stands for the other side when the service runs with mocks."),
    ...sharedKeys,
  },
  {
    planned: [...plannedShared, "graphql", "graphql_file", "variables", "paging", "batch", "stream"],
  },
);

export type ApiSettings = Infer<typeof apiSettings>;
export type ApiOperation = Infer<typeof apiOperation>;
export type Mock = Infer<typeof mock>;
