import type { Surroundings } from "../contracts/source.js";
import type { Scope } from "../expression/expression.js";
import type { JsonObject, JsonValue } from "../expression/value.js";
import type { BoundPlan, Environment } from "./bound-plan.js";
import type { ExecutionInput } from "./execution-input.js";

/** What the expressions of one execution see; the engine fills in the values of steps as they come. */
export type ExecutionScope = Scope & Record<string, JsonValue>;

export function executionScope(
  bound: BoundPlan,
  input: ExecutionInput,
  surroundings: Surroundings,
): ExecutionScope {
  return {
    ...bound.emptyScope,
    nowMs: surroundings.nowMs,
    request: input.request,
    auth: null,
    system: surroundings.system,
    env: surroundings.env,
    const: bound.plan.constants,
    meta: bound.keepsMeta ? {} : null,
  };
}

export function surroundingsOf(environment: Environment, input: ExecutionInput, nowMs: number): Surroundings {
  return { nowMs, system: systemOf(environment, input, nowMs), env: environment.variables };
}

function systemOf(environment: Environment, input: ExecutionInput, nowMs: number): JsonObject {
  return {
    /** Worded only where an expression asks for it. */
    get timestamp() {
      return new Date(nowMs).toISOString();
    },
    environment: environment.name,
    version: environment.version,
    execution_id: input.executionId,
    request_id: input.requestId,
    method: input.method,
    path: input.path,
    client_ip: input.clientIp,
  };
}

/** The scope of one item of a `for_each`. */
export function itemScope(scope: ExecutionScope, item: JsonValue, index: number): ExecutionScope {
  return { ...scope, item, index };
}
