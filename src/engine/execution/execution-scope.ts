import type { Surroundings } from "../../contracts/source.js";
import type { Scope } from "../../expression/expression.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { EndpointPlan } from "../../plan/plan.js";
import type { Environment } from "../binding/binding.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { ExecutionInput } from "./execution-input.js";

/** What the expressions of one execution see; the engine fills in the values of steps as they come. */
export type ExecutionScope = Scope & Record<string, JsonValue>;

/** The scope before anything is known: all roots are there, in one form for all executions of a plan. */
export function emptyScope(plan: EndpointPlan, environment: Environment): ExecutionScope {
  return {
    ...Object.fromEntries(plan.steps.map(({ name }) => [name, null])),
    nowMs: 0,
    request: null,
    auth: null,
    system: null,
    env: environment.variables,
    const: plan.constants,
    meta: null,
    page: null,
  };
}

export function executionScope(
  bound: BoundPlan,
  input: ExecutionInput,
  surroundings: Surroundings,
): ExecutionScope {
  const scope = { ...bound.emptyScope };
  scope.nowMs = surroundings.nowMs;
  scope["request"] = input.request;
  scope["auth"] = input.auth ?? null;
  scope["system"] = surroundings.system;
  if (bound.keepsMeta) scope["meta"] = {};
  if (bound.plan.endpoint.paging !== undefined) scope["page"] = { next: null };
  return scope;
}

export function surroundingsOf(environment: Environment, input: ExecutionInput, nowMs: number): Surroundings {
  return { nowMs, system: systemOf(environment, input, nowMs), env: environment.variables };
}

function systemOf(environment: Environment, input: ExecutionInput, nowMs: number): JsonObject {
  return {
    timestamp: timestampOf(nowMs),
    environment: environment.name,
    version: environment.version,
    execution_id: input.executionId,
    request_id: input.requestId,
    method: input.method,
    path: input.path,
    client_ip: input.clientIp,
  };
}

let wordedMs = NaN;
let worded = "";

/** Executions of the same millisecond share the words. */
function timestampOf(nowMs: number): string {
  if (nowMs !== wordedMs) {
    worded = new Date(nowMs).toISOString();
    wordedMs = nowMs;
  }
  return worded;
}

/** The scope of one item of a `for_each`. */
export function itemScope(scope: ExecutionScope, item: JsonValue, index: number): ExecutionScope {
  return { ...scope, item, index };
}
