import type { Cancellable, StreamReceiver, Upload } from "../contracts/source.js";
import type { JsonValue } from "../expression/value.js";
import type { EndpointPlan, PlannedLimit } from "../plan/plan.js";
import { failure, type OrchestratorError } from "../problems/orchestrator-error.js";
import type { Binding, OpenedSources } from "./binding/binding.js";
import { bindPlan, type BoundPlan } from "./binding/bound-plan.js";
import { bindStream } from "./binding/bound-stream.js";
import { Execution } from "./execution/execution.js";
import { IdempotentRun, idempotencyKey, type IdempotencyTools } from "./replies/idempotent-run.js";
import { RepeatedExecution } from "./execution/repeated-execution.js";
import { executionScope, surroundingsOf } from "./execution/execution-scope.js";
import { startKept } from "./replies/reply-cache.js";
import type { SharedState } from "./shared-state.js";
import type { ExecutionInput, SettleExecution } from "./execution/execution-input.js";
import { StreamRun } from "./execution/stream-run.js";

const longestKey = 255;

/** A plan that can run. */
export interface RunnableEndpoint {
  readonly plan: EndpointPlan;
  /** Runs it. `settle` is told once, later than this returns; after `cancel` too, with REQUEST_CANCELLED. */
  start(input: ExecutionInput, settle: SettleExecution): Cancellable;
  /** The limits with an expression, each with the value by which it counts a request; missing where there is none. */
  computedLimits?(input: ExecutionInput): readonly ComputedLimit[];
  /** Runs it with bodies that pass as they come; only where its plan is of that kind. */
  stream?(input: ExecutionInput, upload: Upload | undefined, receiver: StreamReceiver): Cancellable;
}

export interface ComputedLimit {
  readonly limit: PlannedLimit;
  readonly value: JsonValue;
}

export function runnableEndpoint(plan: EndpointPlan, binding: Binding): RunnableEndpoint {
  const { sources, shared } = binding;
  const bound = bindPlan(plan, binding);
  return {
    plan,
    ...streamOf(bound, sources, shared),
    ...computedLimitsOf(bound),
    start: startOf(bound, shared),
  };
}

function startOf(bound: BoundPlan, shared: SharedState): RunnableEndpoint["start"] {
  const { cache } = bound.plan;
  if (cache !== undefined) return startKept(bound, cache, shared);
  const attempts = bound.transaction?.attempts ?? 1;
  const start: RunnableEndpoint["start"] = (input, settle) => {
    const execution =
      attempts === 1
        ? new Execution(bound, input, settle)
        : new RepeatedExecution(bound, input, settle, attempts);
    execution.start();
    return execution;
  };
  if (bound.plan.endpoint.idempotency === undefined) return start;
  return idempotentStart(bound.plan, start, shared.idempotencyTools());
}

function idempotentStart(
  plan: EndpointPlan,
  start: RunnableEndpoint["start"],
  tools: IdempotencyTools,
): RunnableEndpoint["start"] {
  const idempotency = plan.endpoint.idempotency!;
  return (input, settle) => {
    const key = idempotencyKey(input);
    if (key === undefined && !idempotency.isRequired) return start(input, settle);
    if (key === undefined) return refuse(failure("IDEMPOTENCY_KEY_MISSING", {}), settle);
    if (key.length > longestKey)
      return refuse(failure("IDEMPOTENCY_KEY_TOO_LONG", { limit: longestKey }), settle);
    const run = new IdempotentRun(plan, idempotency, key, input, settle, tools);
    void run.start(start);
    return run;
  };
}

function refuse(error: OrchestratorError, settle: SettleExecution): Cancellable {
  queueMicrotask(() => settle(error, undefined, "nothing"));
  return { cancel: () => undefined };
}

function computedLimitsOf(bound: BoundPlan): Pick<RunnableEndpoint, "computedLimits"> {
  const limits = bound.plan.limits.flatMap((limit) => {
    return typeof limit.by === "string" ? [] : [{ limit, by: limit.by }];
  });
  if (limits.length === 0) return {};
  return {
    computedLimits(input) {
      const surroundings = surroundingsOf(bound.environment, input, bound.host.clock.nowMs());
      const scope = executionScope(bound, input, surroundings);
      return limits.map(({ limit, by }) => ({ limit, value: by(scope) }));
    },
  };
}

function streamOf(
  bound: BoundPlan,
  sources: OpenedSources,
  shared: SharedState,
): Pick<RunnableEndpoint, "stream"> {
  const step = bound.plan.steps[0]?.step;
  if (bound.plan.endpoint.stream === undefined || step?.kind !== "call") return {};
  const call = bindStream(step, sources.get(step.source.id)!, bound.host.clock, shared);
  return {
    stream: (input, upload, receiver) => new StreamRun(bound, call, input, receiver).start(upload),
  };
}
