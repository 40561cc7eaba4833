import type { Host } from "../contracts/host.js";
import type { TrafficShadow } from "../config/model.js";
import type { PlannedStep, PlannedTraffic } from "../plan/plan.js";
import { agreement } from "./agreement.js";
import type { Environment } from "./bound-plan.js";
import { bindCall, bareCall, type OpenedSources } from "./bound-step.js";
import { randomArm, stickyArm } from "./choose-arm.js";
import type { ExecutionScope } from "./execution-scope.js";
import type { RunCall } from "./run-call.js";
import { Shadow, withShadows } from "./shadow.js";
import type { SharedState } from "./shared-state.js";

/** One of the operations that share the calls of a step, bound to its source. */
export interface BoundArm {
  readonly name: string;
  readonly planned: PlannedStep;
  readonly call: RunCall;
}

/** The arm of one run of a step. Throws where `sticky_by` cannot be worked out. */
export type ChooseArm = (scope: ExecutionScope) => BoundArm;

/** Binds the arms of a step, each with all that the configuration puts around it. */
export function bindTraffic(
  { stickyBy, arms, shadows }: PlannedTraffic,
  place: string,
  sources: OpenedSources,
  host: Host,
  environment: Environment,
  shared: SharedState,
): ChooseArm {
  const copies = shadows.map((shadow) => bindShadow(shadow, place, sources, host, shared));
  const copied = copies.length === 0 ? undefined : withShadows(copies);
  const bound = arms.map(({ name, planned }): BoundArm => {
    const call = bindCall(planned, sources, host, environment, shared)!;
    return { name, planned, call: copied === undefined ? call : copied(call) };
  });
  const [only] = bound;
  if (bound.length === 1) return () => only!;
  const weighted = arms.map(({ weight, planned: { step } }) => ({
    identity: step.kind === "call" ? `${step.source.id}/${step.operationName}` : step.name,
    weight,
  }));
  if (stickyBy === undefined) return () => bound[randomArm(weighted)]!;
  return (scope) => {
    const value = stickyBy(scope);
    return bound[value === null ? randomArm(weighted) : stickyArm(weighted, value)]!;
  };
}

/** A shadow has neither retries nor breakers nor a place in a queue: those are for calls whose answer counts. */
function bindShadow(
  shadow: TrafficShadow,
  place: string,
  sources: OpenedSources,
  { clock }: Host,
  shared: SharedState,
): Shadow {
  const { name, percent, timeoutMs, compare, call } = shadow;
  const agree = agreement(compare, call.namesItself ?? []);
  const counts = shared.shadowCounts(place, name);
  return new Shadow(bareCall(shadow, sources), counts, { percent, timeoutMs, agree }, clock);
}
