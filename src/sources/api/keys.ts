import { baseUrl } from "../../connections/http/base-url.js";
import { headerNamePattern } from "../../connections/http/header-rules.js";
import { textFromFile } from "../../connections/http/text-from-file.js";
import {
  either,
  mapping,
  object,
  oneOrMany,
  optional,
  required,
  withDefault,
} from "../../schema/composites.js";
import { formula } from "../../schema/formula.js";
import { partialJsonSchema } from "../../schema/json-schema.js";
import { jsonValue } from "../../schema/json-value.js";
import { boolean, duration, enumeration, integer, namePattern, text } from "../../schema/scalars.js";
import type { Infer } from "../../schema/schema.js";
import type { JsonObject } from "../../expression/value.js";
import { paging } from "./paging-keys.js";
import { pathTemplate } from "./path-template.js";
import { noFormulas, sharedKeys } from "./shared-keys.js";

export const apiSettings = object({
  base_url: required(baseUrl(), "Scheme, host and the part of the path that all operations share."),
  connections: withDefault(integer({ min: 1, max: 65_535 }), 512, "Sockets at most."),
  schemas: withDefault(
    mapping(partialJsonSchema()),
    new Map<string, JsonObject>(),
    "JSON Schemas by name, for `schema` of operations; they refer to each other as `#/$defs/<name>`.",
    "none",
  ),
  ...sharedKeys,
});

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

const schema = either<JsonObject, string>(
  (tree) => tree.kind === "mapping",
  partialJsonSchema(),
  text("the name of one of `schemas`"),
);

const batch = object({
  method: optional(
    enumeration(["GET", "POST"]),
    "The method of the one request.",
    "GET; POST where there is a body",
  ),
  path: optional(pathTemplate(), "Its path after `base_url`.", "that of `base_url`"),
  query: withDefault(
    mapping(formula("operation_request", { exposedIn: "the query of a URL" })),
    noFormulas,
    "Its query, with the lists as `$params.<list>`.",
    "none",
  ),
  body: optional(formula("operation_request"), "Its body.", "none"),
  params: required(
    mapping(text("the name of a parameter of the operation"), { pattern: namePattern }),
    "For each list that the request uses, the parameter whose values it takes.",
  ),
  key: required(
    oneOrMany(text("the name of a field")),
    "The field of an item of the answer that tells whose it is: as many as `params`, in their order.",
  ),
  select: optional(
    formula("operation_answer", { exposedIn: "the value of a step" }),
    "The list of items.",
    "the body",
  ),
  max_size: withDefault(integer({ min: 2, max: 10_000 }), 100, "Keys in one request at most."),
  returns: withDefault(
    enumeration(["one", "many"]),
    "one",
    "What a call gets: its item, null where there is none; or the list of its items.",
  ),
});

export const apiOperation = object({
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
  body: optional(formula("operation_request"), "The body: expressions at any depth, types are kept.", "none"),
  graphql: optional(text("a GraphQL document"), "A GraphQL document, sent with POST."),
  graphql_file: optional(textFromFile("the path of a GraphQL document"), "The file that holds it."),
  variables: optional(
    mapping(formula("operation_request"), { pattern: namePattern }),
    "The variables of the document.",
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
  select: optional(
    formula("operation_answer", { exposedIn: "the value of a step" }),
    "The value of a step.",
    "the body",
  ),
  paging: optional(
    paging(),
    "How the pages of an answer follow each other; the value is all of them.",
    "none",
  ),
  schema: optional(
    schema,
    "Describes the parsed body, before `select`: a JSON Schema, or the name of one of `schemas`.",
  ),
  stream: withDefault(
    boolean(),
    false,
    "Whether an endpoint with `response: stream` may hand its bodies on as they come.",
  ),
  mock: optional(mock, "The answer that stands for the other side when the service runs with mocks."),
  batch: optional(batch, "The request that stands for many calls at once."),
  ...sharedKeys,
});

export type ApiSettings = Infer<typeof apiSettings>;
export type ApiOperation = Infer<typeof apiOperation>;
export type ApiBatch = Infer<typeof batch>;
export type Mock = Infer<typeof mock>;
export type BodyType = NonNullable<ApiSettings["body_type"]>;
export type ResponseType = NonNullable<ApiSettings["response_type"]>;
