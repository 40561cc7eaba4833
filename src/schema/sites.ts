/** The roots of expressions, without their `$`, and what each one is. */
export const roots = {
  request: "the request: `.path_params .query_params .headers .body`, or a declared name directly",
  auth: "who calls: `.subject .roles .scopes .claims .key_id`",
  system: "`.timestamp .environment .version .execution_id .request_id .method .path .client_ip`",
  env: "a variable of the environment: `$env.NAME`",
  const: "an entry of `constants:`",
  meta: "how a step went: `$meta.<step>.status .error.code .http_status .headers .age .features .arm .items[i]`",
  item: "the item of a `for_each`",
  index: "the number of that item, from 0",
  params: "the parameters that a step gives to an operation",
  response: "the answer of an API: `.status .headers .body`",
  value: "the value that a `transform` works on",
  page: "paging of an endpoint: `$page.next`",
} as const;

export type Root = keyof typeof roots;

interface SiteRule {
  readonly words: string;
  readonly roots: readonly Root[];
  readonly seesSteps: boolean;
}

const surroundings = ["system", "env"] as const;
const caller = ["request", "auth", "const", ...surroundings] as const;

/** Where expressions stand, and which roots exist there: the one table that the checker and the reference page use. */
export const sites = {
  operation_request: {
    words: "`query headers body variables idempotency_key` of an operation",
    roots: ["params", ...surroundings],
    seesSteps: false,
  },
  operation_answer: {
    words: "`select`, `success` and `paging.next` of an operation",
    roots: ["params", "response", ...surroundings],
    seesSteps: false,
  },
  cache_key: { words: "`cache.key` of an endpoint", roots: caller, seesSteps: false },
  step: {
    words: "`params value condition for_each on_error` of a step",
    roots: [...caller, "meta"],
    seesSteps: true,
  },
  item: {
    words: "`params condition on_error` of a step with `for_each`",
    roots: [...caller, "meta", "item", "index"],
    seesSteps: true,
  },
  transform: { words: "`transform` of a step", roots: [...caller, "meta", "value"], seesSteps: true },
  item_transform: {
    words: "`transform` of a step with `for_each`",
    roots: [...caller, "meta", "value", "item", "index"],
    seesSteps: true,
  },
  traffic: { words: "`traffic.sticky_by` of a step", roots: [...caller], seesSteps: false },
  limit: { words: "`rate_limit.by` of an endpoint", roots: [...caller], seesSteps: false },
  limit_of_all: {
    words: "`rate_limit.by` of config.yaml",
    roots: ["auth", "const", ...surroundings],
    seesSteps: false,
  },
  guard: { words: "`not_found` and `reject`", roots: [...caller, "meta"], seesSteps: true },
  response: {
    words: "`response_mapping response_status response_headers`",
    roots: [...caller, "meta", "page"],
    seesSteps: true,
  },
} as const satisfies Record<string, SiteRule>;

export type Site = keyof typeof sites;
