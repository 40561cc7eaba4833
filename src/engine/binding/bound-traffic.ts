import type { Caller, CallOrigin } from "../../contracts/source.js";
import type { Evaluate } from "../../expression/expression.js";
import { isJsonList, isJsonObject, type JsonValue } from "../../expression/value.js";
import type { NamedArms, TrafficShadow } from "../../config/model.js";
import type { PlannedArm, PlannedStep, PlannedTraffic } from "../../plan/plan.js";
import { failure } from "../../problems/orchestrator-error.js";
import { agreement } from "../calls/agreement.js";
import type { Binding } from "./binding.js";
import { bindCall, bareCall } from "./bound-step.js";
import { randomArm, stickyArm } from "../calls/choose-arm.js";
import type { ExecutionScope } from "../execution/execution-scope.js";
import type { RunCall } from "../calls/run-call.js";
import { Shadow, withShadows } from "../calls/shadow.js";

/** One of the operations that share the calls of a step, bound to its source. */
export interface BoundArm {
  readonly name: string;
  readonly planned: PlannedStep;
  readonly call: RunCall;
}

/** The arm of one run of a step. Throws where `sticky_by` cannot be worked out, or a caller names an unknown arm. */
export type ChooseArm = (scope: ExecutionScope, caller: Caller | undefined) => BoundArm;

/** Binds the arms of a step, each with all that the configuration puts around it. */
export function bindTraffic(
  { stickyBy, named, arms, shadows }: PlannedTraffic,
  place: Pick<CallOrigin, "endpoint" | "step">,
  binding: Binding,
): ChooseArm {
  const copies = shadows.map((shadow) => bindShadow(shadow, place, binding));
  const copied = copies.length === 0 ? undefined : withShadows(copies);
  const bound = arms.map(({ name, planned }): BoundArm => {
    const origin = { ...place, arm: arms.length > 1 ? name : undefined, isShadow: false };
    const call = bindCall(planned, binding, origin)!;
    return { name, planned, call: copied === undefined ? call : copied(call) };
  });
  const choose = chooser(bound, arms, stickyBy);
  return named === undefined ? choose : byName(named, bound, choose);
}

function chooser(
  bound: readonly BoundArm[],
  arms: readonly PlannedArm[],
  stickyBy: Evaluate | undefined,
): ChooseArm {
  const [only, second] = bound;
  if (second === undefined) return () => only!;
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

/** A caller with one of the roles may name the arm; the header of any other is as if it were not there. */
function byName({ header, roles }: NamedArms, bound: readonly BoundArm[], choose: ChooseArm): ChooseArm {
  const known = new Map(bound.map((arm) => [arm.name, arm]));
  return (scope, caller) => {
    const name = caller?.headers[header];
    if (typeof name !== "string" || !hasRole(scope["auth"], roles)) return choose(scope, caller);
    const arm = known.get(name);
    if (arm === undefined) throw failure("TRAFFIC_ARM_UNKNOWN", { name, known: [...known.keys()] });
    return arm;
  };
}

function hasRole(auth: JsonValue | undefined, roles: readonly string[]): boolean {
  const own = isJsonObject(auth) ? auth["roles"] : undefined;
  return isJsonList(own) && own.some((role) => typeof role === "string" && roles.includes(role));
}

/** A shadow has neither retries nor breakers nor a place in a queue: those are for calls whose answer counts. */
function bindShadow(
  shadow: TrafficShadow,
  place: Pick<CallOrigin, "endpoint" | "step">,
  { sources, host, shared }: Binding,
): Shadow {
  const { name, percent, timeoutMs, compare, call } = shadow;
  const agree = agreement(compare, call.namesItself ?? []);
  const counts = shared.shadowCounts(`${place.endpoint}.${place.step}`, name);
  const origin = { ...place, arm: name, isShadow: true };
  return new Shadow(bareCall(shadow, sources, origin), counts, { percent, timeoutMs, agree }, host.clock);
}
