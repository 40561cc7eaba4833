import {
  either,
  list,
  mapping,
  object,
  optional,
  required,
  withDefault,
  type ObjectOf,
} from "../schema/composites.js";
import { accessKeys } from "../contracts/access.js";
import { expression, formula } from "../schema/formula.js";
import {
  boolean,
  duration,
  enumeration,
  integer,
  located,
  namePattern,
  orFalse,
  pattern,
  stepNamePattern,
  text,
} from "../schema/scalars.js";
import type { MaxAge } from "../contracts/source.js";
import { mapped, type Infer } from "../schema/schema.js";
import type { Tree } from "../schema/tree.js";
import { written, type Written } from "../schema/written.js";
import { cache, endpointCache } from "./cache-keys.js";
import { constants } from "./config-file.js";
import { ensembleFile } from "./ensemble-keys.js";
import { idempotency } from "./idempotency-keys.js";
import { jsonSchema, requestFields } from "./json-schema-keys.js";
import { paging } from "./paging-keys.js";
import { retry } from "./policy-keys.js";
import { rateLimitAt } from "./rate-limit-keys.js";
import { responseHeaders, responseStatus } from "./response-keys.js";
import { trafficFile } from "./traffic-keys.js";
import { transaction } from "./transaction-keys.js";

const isMapping = (tree: Tree) => tree.kind === "mapping";

const exposed = { exposedIn: "the response" };

const name = pattern(namePattern, "a name of letters, digits, `_` and `-` that begins with a letter");
const stepName = located(pattern(stepNamePattern, "a step name of small letters, digits and `_`"));
const names = list(located(text("the name of a step")));

const onError = either(
  isMapping,
  object({
    value: optional(formula("item"), "The value to go on with."),
    step: optional(
      located(text("the name of a step")),
      "A step that runs only when this one failed, and whose value is used.",
    ),
  }),
  enumeration(["fail"]),
);

/** One entry of `data_sources`. */
const maxAge = either<MaxAge, MaxAge>(
  isMapping,
  mapped(
    object({
      is: required(duration(), "The age."),
      else: withDefault(enumeration(["null", "fail"]), "null", "What happens to older ones."),
    }),
    (written) => ({ limitMs: written.is, whenOlder: written.else }),
  ),
  mapped(duration(), (limitMs) => ({ limitMs, whenOlder: "null" })),
);

export const stepFile = object({
  name: required(stepName, "What expressions call its value: `$<name>`."),
  type: required(located(text("a kind of source, or `value`")), "The kind of source to ask, or `value`."),
  source_id: optional(located(text()), "The source.", "`default`, else the only one of its kind"),
  operation: optional(located(text()), "What to ask of the source."),
  params: optional(mapping(formula("item")), "The operation's parameters."),
  value: optional(formula("item"), "For `type: value`: what to compute."),
  condition: optional(expression("item"), "Where it is false, the step is skipped and gives null."),
  depends_on: withDefault(
    names,
    [],
    "Steps that must be done first, though nothing of them is used.",
    "none",
  ),
  for_each: optional(expression("step"), "A list: the step runs once for each `$item`."),
  max_concurrency: optional(
    integer({ min: 1, max: 1_000 }),
    "With `for_each`: how many items run at a time.",
    "16",
  ),
  max_items: optional(integer({ min: 1 }), "With `for_each`: a longer list fails.", "1000"),
  transform: optional(
    expression("item_transform"),
    "What the step's value becomes; `$value` is what it was.",
  ),
  on_error: withDefault(
    onError,
    "fail",
    "What happens when it fails: `fail`, `{ value: … }` or `{ step: name }`.",
  ),
  accepts_fallback: withDefault(
    names,
    [],
    "For a writing step: steps whose fallback value it may write.",
    "none",
  ),
  timeout: optional(duration(), "The longest time all attempts together may take."),
  retry: optional(retry, "When and how often a failed call is repeated.", "the operation's"),
  cache: optional(orFalse(cache), "How long its value is kept; `false`: not at all.", "the operation's"),
  dedupe: optional(
    boolean(),
    "Whether equal reads in flight, of whatever requests, are one call.",
    "the operation's",
  ),
  effect: optional(enumeration(["read", "write"]), "What the step does to its source.", "the operation's"),
  max_age: optional(
    maxAge,
    "For features: older ones become null; with `{ is: 1h, else: fail }` the step fails.",
    "none",
  ),
  traffic: optional(
    trafficFile,
    "Shares the step's calls among several operations, or sends copies of them to others.",
    "every call goes to `operation`",
  ),
  ensemble: optional(
    ensembleFile,
    "Asks several models the same, and makes one value of their answers.",
    "one model is asked",
  ),
  run: optional(enumeration(["always"]), "`always`: it runs though nothing uses its value."),
  after: optional(
    enumeration(["commit", "response"]),
    "`commit`: it runs when the transaction is committed, before the reply; `response`: after the reply.",
    "before both",
  ),
  in_transaction: withDefault(
    boolean(),
    false,
    "For a write to another source in the middle of a transaction: it stays when the transaction is rolled back.",
  ),
});

const guardKeys = {
  when: required(expression("guard"), "When it holds, the request ends with this answer."),
  status: withDefault(integer({ min: 400, max: 599 }), 400, "The status of the answer."),
  code: withDefault(
    pattern(/^[A-Za-z][A-Za-z0-9_.-]*$/, "a code of letters, digits, `_`, `-` and `.`"),
    "REJECTED",
    "What programs see as `code`.",
  ),
  detail: optional(formula("guard", exposed), "What people read; a text with values."),
};

const request = object({
  path_params: withDefault(requestFields(), new Map(), "JSON Schemas of the path's parameters.", "text"),
  query_params: withDefault(
    requestFields(),
    new Map(),
    "JSON Schemas of the query parameters that are read.",
    "none",
  ),
  headers: withDefault(requestFields(), new Map(), "JSON Schemas of the headers that are read.", "none"),
  body: optional(jsonSchema(), "The JSON Schema of the body, which is then required."),
});

/** One entry of `endpoints`. */
export const endpointFile = object(
  {
    description: optional(text(), "What it answers; stands in the API description."),
    method: optional(
      located(enumeration(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])),
      "The HTTP method.",
      "GET; POST where a body is declared or a step writes",
    ),
    path: optional(
      located(text("a path such as `/customers/{customer_id}`")),
      "Below the prefix.",
      "`/<domain_id>/<endpoint>`, plus `/{name}` when exactly one path parameter is used",
    ),
    request: optional(written(request), "What a caller may and must send.", "nothing"),
    timeout: optional(duration(), "The deadline of the whole answer.", "`execution.timeout`"),
    ...accessKeys,
    transaction: optional(
      written(transaction),
      "The steps of one source are done in one transaction, which is committed before the reply.",
      "none",
    ),
    rate_limit: optional(
      orFalse(rateLimitAt("limit")),
      "How many requests it answers, beside the limit of config.yaml; `false`: neither holds.",
      "that of config.yaml",
    ),
    idempotency: optional(
      idempotency,
      "A caller's `Idempotency-Key` makes a request that is sent again one request: the first reply comes again.",
      "none",
    ),
    data_sources: withDefault(list(written(stepFile)), [], "The steps.", "none"),
    not_found: optional(
      expression("guard"),
      "When it holds, the answer is 404.",
      "the primary step answered null",
    ),
    reject: withDefault(list(object(guardKeys)), [], "Guards, in order.", "none"),
    response_mapping: optional(
      formula("response", exposed),
      "The body of the answer.",
      "the primary step's value, else all steps by name",
    ),
    response_status: optional(
      responseStatus,
      "The status of the answer.",
      "200, or 204 for a writing endpoint without a body",
    ),
    response_headers: withDefault(responseHeaders(exposed), new Map(), "Headers of the answer.", "none"),
    primary_source: optional(
      located(text("the name of a step")),
      "The step that the endpoint is about.",
      "the only step",
    ),
    response: optional(
      located(enumeration(["stream"])),
      "`stream`: the answer of its one step passes as it comes, with its status.",
      "built from the steps",
    ),
    body: optional(
      located(enumeration(["stream"])),
      "`stream`: what the caller sends passes to its one step as it comes.",
      "read where it is declared",
    ),
    cache: optional(endpointCache, "How long whole replies are kept, and for whom.", "not kept"),
    paging: optional(
      paging,
      "The list of the primary step comes in pages: the query gets `:limit` and `:offset`, or `:after_<column>`.",
      "none",
    ),
    output_schema: optional(jsonSchema(), "The JSON Schema of the answer, for the API description."),
    deprecated: withDefault(boolean(), false, "Marks it in the API description."),
    tags: withDefault(list(text()), [], "Groups it in the API description.", "none"),
    internal: withDefault(boolean(), false, "It has no route: for `call` and `app.call` only."),
    endpoint_type: optional(
      located(text()),
      "A word for what it is, such as `composite` or a kind of source; changes nothing.",
    ),
  },
  {
    planned: ["limits"],
  },
);

/** A domain's own file. */
export const domainFile = object(
  {
    domain_id: optional(located(name), "The domain's name in routes and commands.", "the file's name"),
    description: optional(text(), "What the domain is about."),
    constants: withDefault(constants(), {}, "Plain values that expressions see as `$const.NAME`.", "none"),
    endpoints: withDefault(
      mapping(written(endpointFile), { pattern: namePattern }),
      new Map<string, Written<Infer<typeof endpointFile>>>(),
      "The endpoints by name.",
      "none",
    ),
  },
  { allowsExtensions: true },
);

export type DomainFile = Infer<typeof domainFile>;
export type EndpointFile = Infer<typeof endpointFile>;
export type PagingFile = Infer<typeof paging>;
export type StepFile = Infer<typeof stepFile>;
export type GuardFile = ObjectOf<typeof guardKeys>;
export type RequestFile = Infer<typeof request>;
export type TransactionFile = Infer<typeof transaction>;

/** A request of which nothing is declared. */
export const emptyRequest: RequestFile = request.empty();
