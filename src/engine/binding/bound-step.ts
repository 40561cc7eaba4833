import type { CallStep, StepCall } from "../../config/model.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Batch, CallOrigin } from "../../contracts/source.js";
import type { PlannedStep } from "../../plan/plan.js";
import { withBatch } from "../calls/batch.js";
import { withBreaker } from "../calls/breaker.js";
import { withBulkhead } from "../calls/bulkhead.js";
import type { Binding, OpenedSources } from "./binding.js";
import { withCache } from "../calls/cache.js";
import { callKey } from "../calls/call-key.js";
import { withDedupe } from "../calls/dedupe.js";
import { withInvalidation } from "../calls/invalidate.js";
import { withHedge } from "../calls/hedge.js";
import { withJoin } from "../calls/join.js";
import { withRetry } from "../calls/retry.js";
import { withMeter } from "../calls/measured.js";
import { callInTransaction, callSource, takingTurns, wrapped, type RunCall } from "../calls/run-call.js";
import type { SharedState } from "../shared-state.js";
import { withTimeLimit } from "../calls/time-limit.js";

/** The call of a step, with all that the configuration puts around it; `undefined` for a step that calls nothing. */
export function bindCall(planned: PlannedStep, binding: Binding, origin: CallOrigin): RunCall | undefined {
  const { step } = planned;
  if (step.kind === "value") return undefined;
  const { sources, shared } = binding;
  const { clock } = binding.host;
  const { operationName, policy } = step;
  const state = shared.of(step.source.id);
  const { attemptTimeoutMs, retry, breaker, bulkhead } = policy;
  const meter = shared.meter?.call(step.source.id, operationName);
  if (planned.transaction !== undefined) {
    return wrapped(callInTransaction(step.call), [
      step.timeoutMs === undefined ? undefined : withTimeLimit(step.timeoutMs, clock),
      takingTurns(planned.transaction.hasSavepoint),
      breaker && withBreaker(state.breaker(breaker, operationName), clock, meter),
      meter && withMeter(meter, clock),
      attemptTimeoutMs === undefined ? undefined : withTimeLimit(attemptTimeoutMs, clock),
    ]);
  }
  const hedge = step.effect === "read" ? policy.hedge : undefined;
  const around = [
    retry && withRetry(retry, { repeatable: repeatable(step), repeats: state.repeats(), clock, meter }),
    hedge && withHedge(hedge, state.hedge(operationName), clock, meter),
    breaker && withBreaker(state.breaker(breaker, operationName), clock, meter),
    bulkhead && withBulkhead(state.bulkhead(bulkhead, operationName), meter),
    meter && withMeter(meter, clock),
    attemptTimeoutMs === undefined ? undefined : withTimeLimit(attemptTimeoutMs, clock),
  ];
  const batch = step.effect === "read" ? batchOf(step, sources) : undefined;
  return wrapped(wrapped(bareCall(step, sources, origin), around), [
    step.timeoutMs === undefined ? undefined : withTimeLimit(step.timeoutMs, clock),
    planned.joins ? withJoin(step.call) : undefined,
    step.effect === "read" ? keeping(step, binding, meter) : invalidating(step, shared),
    batch &&
      withBatch(batch, wrapped(bareCall({ source: step.source, call: batch.call }, sources, origin), around)),
  ]);
}

function batchOf({ call, source: { id } }: StepCall, sources: OpenedSources): Batch | undefined {
  return sources.get(id)?.isUnbatched === true ? undefined : call.batch;
}

/** The call itself, with nothing around it. */
export function bareCall(
  { source: { id }, call }: Pick<StepCall, "source" | "call">,
  sources: OpenedSources,
  origin: CallOrigin,
): RunCall {
  const source = sources.get(id);
  if (source === undefined) throw new Error(`The source ${id} is not open.`);
  const run = callSource(source, call);
  if (call.wantsOrigin !== true) return run;
  return (parameters, context, receiver) => run(parameters, { ...context, origin }, receiver);
}

/** A cache joins equal calls itself. */
function keeping(step: CallStep, { environment, shared, host }: Binding, meter: CallMeter | undefined) {
  const { cache: policy, dedupe } = step.policy;
  const { cache: store, flights } = shared;
  if (policy === undefined && !dedupe) return undefined;
  const keyOf = callKey(step, environment, policy?.isShared ?? false);
  if (policy === undefined) return withDedupe(keyOf, flights);
  return withCache({ policy, keyOf, store, flights, clock: host.clock, meter });
}

function invalidating({ policy: { invalidates } }: CallStep, { cache }: SharedState) {
  return invalidates.length === 0 ? undefined : withInvalidation(invalidates, cache);
}

function repeatable({ effect, call }: CallStep) {
  return { effect, isIdempotent: call.isIdempotent === true };
}
