import { entry, remark } from "../entry.js";
import { nameHint } from "../nearest.js";

const way = (path: readonly string[]) => path.map((name) => `"${name}"`).join(" → ");

/** Problems between the parts of a configuration: names, routes, and the order of steps. */
export const domainProblems = {
  DOMAIN_DUPLICATE: entry<{ id: string; file: string }>("Two domains have the same id.", (p) => ({
    message: `The domain id "${p.id}" is taken by "${p.file}".`,
    hint: "Give one of them another `domain_id`.",
  })),
  ROUTE_PATH_INVALID: entry<{ reason: string }>("An endpoint's path is not one that can be served.", (p) => ({
    message: `This path cannot be served: ${p.reason}.`,
    hint: "Write it as `/customers/{customer_id}/profile`; `{rest*}` may stand at its end.",
  })),
  ROUTE_DUPLICATE: entry<{ method: string; path: string; endpoint: string }>(
    "Two endpoints answer the same method on paths of one shape.",
    (p) => ({
      message: `${p.method} ${p.path} has the same shape as the route of "${p.endpoint}".`,
      hint: "Give one of them another `path` or `method`.",
    }),
  ),
  ROUTE_RESERVED: entry<{ path: string }>("An endpoint's route is one of the service's own.", (p) => ({
    message: `${p.path} is a route of the service itself.`,
    hint: "Give the endpoint another `path`.",
  })),
  ROUTE_PARAMETER_UNUSED: entry<{ name: string; path: string }>(
    "A declared path parameter is not in the path.",
    (p) => ({
      message: `The path "${p.path}" has no parameter "${p.name}".`,
      hint: `Add \`{${p.name}}\` to the path, or declare it elsewhere.`,
    }),
  ),
  REQUEST_FIELD_UNDECLARED: entry<{ name: string; known: readonly string[] }>(
    "An expression reads a value of the request that is declared nowhere.",
    (p) => ({
      message: `The request has no declared "${p.name}".`,
      hint: p.known.length > 0 ? nameHint(p.name, p.known) : "Declare it under `request`.",
    }),
  ),
  REQUEST_FIELD_AMBIGUOUS: entry<{ name: string; places: readonly string[] }>(
    "`$request.x` is declared in more than one part of the request.",
    (p) => ({
      message: `"${p.name}" is declared in ${p.places.join(" and in ")}.`,
      hint: `Write \`$request.${p.places[0]}.${p.name}\`.`,
    }),
  ),
  AUTH_ABSENT: entry("`$auth` is read in an endpoint without `auth`.", () => ({
    message: "This endpoint does not ask who calls, so there is no `$auth`.",
    hint: "Add `auth: api_key` or `auth: jwt`, or set `auth.default` in config.yaml.",
  })),
  SOURCE_KIND_UNKNOWN: entry<{ kind: string; known: readonly string[] }>(
    "A step's `type` is no kind of source.",
    (p) => ({
      message: `There is no kind of source named "${p.kind}".`,
      hint: nameHint(p.kind, p.known),
    }),
  ),
  SOURCE_UNKNOWN: entry<{ kind: string; name: string; known: readonly string[] }>(
    "A source is named that is not configured.",
    (p) => ({
      message: `There is no ${p.kind} source named "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  SOURCE_UNCLEAR: entry<{ kind: string; known: readonly string[]; file: string }>(
    "A step names no source, and none is `default` or the only one.",
    (p) => ({
      message:
        p.known.length === 0
          ? `No ${p.kind} source is configured.`
          : `Which ${p.kind} source is meant is not said: none is named "default".`,
      hint:
        p.known.length === 0
          ? `Add one under \`sources\` of ${p.file}.yaml.`
          : `Add \`source_id\`: ${p.known.join(", ")}.`,
    }),
  ),
  OPERATION_UNKNOWN: entry<{ name: string; source: string; known: readonly string[] }>(
    "An operation is named that is not configured.",
    (p) => ({
      message: `There is no operation "${p.name}" for ${p.source}.`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  OPERATION_SOURCE_DIFFERS: entry<{ operation: string; operationSource: string; stepSource: string }>(
    "A step and its operation name different sources.",
    (p) => ({
      message: `The operation "${p.operation}" belongs to "${p.operationSource}", not to "${p.stepSource}".`,
      hint: "Remove `source_id` from the step.",
    }),
  ),
  STEP_DUPLICATE: entry<{ name: string }>("Two steps of an endpoint have one name.", (p) => ({
    message: `A step named "${p.name}" stands above already.`,
    hint: "Give one of them another name.",
  })),
  STEP_NAME_RESERVED: entry<{ name: string }>("A step has the name of a root of expressions.", (p) => ({
    message: `"$${p.name}" has a meaning of its own, so no step can have that name.`,
    hint: `Write, say, \`${p.name}_step\`.`,
  })),
  STEP_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "A step is named that the endpoint does not have.",
    (p) => ({
      message: `There is no step named "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
  STEP_KEY_MISPLACED: entry<{ key: string; reason: string }>(
    "A key stands on a step that cannot have it.",
    (p) => ({
      message: `"${p.key}" has no meaning here: ${p.reason}.`,
      hint: "Remove it.",
    }),
  ),
  STEP_PARAMETER_UNKNOWN: entry<{ name: string; operation: string; known: readonly string[] }>(
    "A step passes a parameter that its operation does not have.",
    (p) => ({
      message: `The operation "${p.operation}" has no parameter "${p.name}".`,
      hint: p.known.length === 0 ? "It takes none." : nameHint(p.name, p.known),
    }),
  ),
  STEP_PARAMETER_MISSING: entry<{ name: string; operation: string }>(
    "A step does not pass a required parameter.",
    (p) => ({
      message: `The operation "${p.operation}" needs the parameter "${p.name}".`,
      hint: `Add \`${p.name}: …\` under \`params\`.`,
    }),
  ),
  STEP_UNUSED: entry<{ name: string }>("Nothing leads to a step, so it would never run.", (p) => ({
    message: `Nothing uses the step "${p.name}".`,
    hint: "Use its value, name it in `depends_on`, say `run: always`, or remove it.",
  })),
  STEP_CYCLE: entry<{ path: readonly string[] }>("Steps wait for each other in a circle.", (p) => ({
    message: `These steps wait for each other: ${way(p.path)}.`,
    hint: "Break the circle at one of them.",
  })),
  STEP_READS_LATER_WRITE: entry<{ path: readonly string[] }>(
    "A reading step uses a writing one that is listed below it.",
    (p) => ({
      message: `A read uses a write that stands below it: ${way(p.path)}.`,
      hint: "Writes keep their place: list the write above what uses it.",
    }),
  ),
  STEP_FALLBACK_UNACCEPTED: entry<{ step: string; fallback: string }>(
    "A writing step may get a value from a fallback, and does not say that it accepts it.",
    (p) => ({
      message: `"${p.step}" writes, and may get a fallback value from "${p.fallback}".`,
      hint: `If that is meant, add \`accepts_fallback: [${p.fallback}]\` to "${p.step}".`,
    }),
  ),
  STEP_FALLBACK_INVALID: entry<{ reason: string }>("A step cannot be the fallback of another.", (p) => ({
    message: `This fallback is not possible: ${p.reason}.`,
  })),
  TRAFFIC_CALLS_DIFFER: entry<{ operation: string; first: string; difference: string }>(
    "Operations that share the calls of a step take or give different things.",
    (p) => ({
      message: `"${p.operation}" cannot stand for "${p.first}": ${p.difference}.`,
      hint: "Operations of one `traffic` have the same parameters and the same form of value.",
    }),
  ),
  TRAFFIC_CALL_REPEATED: entry<{ name: string }>("`traffic` names one operation twice.", (p) => ({
    message: `"${p.name}" of this source stands in this \`traffic\` already.`,
    hint: "Say its weight once.",
  })),
  TRAFFIC_SHADOW_WRITES: entry("A shadow would write what the step writes already.", () => ({
    message: "This step writes, and a shadow would write a second time.",
    hint: "Remove `shadow`; only reads can be copied.",
  })),
  STEP_RUNS_LATER: entry<{ user: string; step: string; when: string }>(
    "Something uses a step that runs only after the commit, or after the reply.",
    (p) => ({
      message: `${p.user} uses "${p.step}", which runs only after the ${p.when}.`,
      hint: `Remove \`after: ${p.when === "reply" ? "response" : "commit"}\` from "${p.step}", or do without its value.`,
    }),
  ),
  TRANSACTION_UNSUPPORTED: entry<{ source: string }>("A source has no transactions.", (p) => ({
    message: `The source "${p.source}" has no transactions.`,
    hint: "Name a database that can be written to.",
  })),
  TRANSACTION_WRITE_ELSEWHERE: entry<{ step: string; source: string }>(
    "A step in the middle of a transaction writes to another source, where it could not be undone.",
    (p) => ({
      message: `"${p.step}" does not write to "${p.source}", so it stays when the transaction is rolled back.`,
      hint: "Say `after: commit` or `after: response`, or, if it may stay, `in_transaction: true`.",
    }),
  ),
  CONSTANT_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "An expression names a constant that is not defined.",
    (p) => ({
      message: `There is no constant "${p.name}".`,
      hint: p.known.length === 0 ? "Define it under `constants`." : nameHint(p.name, p.known),
    }),
  ),
  ENDPOINT_KEY_MISPLACED: entry<{ key: string; reason: string }>(
    "A key stands on an endpoint that cannot have it.",
    (p) => ({
      message: `"${p.key}" has no meaning here: ${p.reason}.`,
    }),
  ),
  ENDPOINT_EMPTY: entry<{ name: string }>("An endpoint has neither steps nor a response.", (p) => ({
    message: `The endpoint "${p.name}" has nothing to answer.`,
    hint: "Give it `data_sources`, or a `response_mapping`.",
  })),
  ENDPOINT_TYPE_CONTRADICTS: remark<{ type: string; found: string }>(
    "warning",
    "`endpoint_type` says something else than the endpoint's steps.",
    (p) => ({
      message: `The endpoint is said to be "${p.type}", but ${p.found}.`,
      hint: "The word changes nothing.",
    }),
  ),
  CALLS_PER_ITEM: remark<{ operation: string; advice: string }>(
    "warning",
    "A step with `for_each` reads one thing by its key for each item, one call at a time for each.",
    (p) => ({
      message: `Each item is a call of "${p.operation}" of its own.`,
      hint: `${p.advice} Or write \`max_concurrency\` on the step, if single calls are meant.`,
    }),
  ),
  ENDPOINT_NOT_KEEPABLE: entry<{ reason: string }>(
    "`cache` of an endpoint whose replies cannot be kept.",
    (p) => ({
      message: `Replies of this endpoint cannot be kept: ${p.reason}.`,
      hint: "Leave `cache` out here; single steps may have it.",
    }),
  ),
  CACHE_KEY_INCOMPLETE: entry<{ paths: readonly string[] }>(
    "`cache.key` leaves out a part of the request on which the reply depends.",
    (p) => ({
      message: `The reply also depends on ${p.paths.join(", ")}, which the key leaves out.`,
      hint: "Add it to `key`, or, where callers who differ in it may share replies, to `key_ignores`.",
    }),
  ),
  CACHE_PATH_UNUSED: entry<{ path: string; known: readonly string[] }>(
    "`cache.key_ignores` names something on which the reply does not depend.",
    (p) => ({
      message: `The reply does not depend on ${p.path}.`,
      hint: p.known.length > 0 ? nameHint(p.path, p.known) : "Leave it out.",
    }),
  ),
  NAME_SHADOWED: remark<{ what: string; name: string }>(
    "note",
    "A domain's own entry hides a global one of the same name.",
    (p) => ({ message: `This ${p.what} hides the global "${p.name}" in this domain.` }),
  ),
};
