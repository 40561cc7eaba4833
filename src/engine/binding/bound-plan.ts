import type { Host } from "../../contracts/host.js";
import type { CallOrigin } from "../../contracts/source.js";
import type { StepMeter } from "../../contracts/meter.js";
import { phases } from "../../plan/phases.js";
import type { EndpointPlan } from "../../plan/plan.js";
import type { Background } from "../execution/background.js";
import type { Binding, Environment } from "./binding.js";
import { bindTransaction, type BoundTransaction } from "./bound-transaction.js";
import { bindStep } from "./bound-ensemble.js";
import { bindTraffic, type ChooseArm } from "./bound-traffic.js";
import { emptyScope, type ExecutionScope } from "../execution/execution-scope.js";
import type { RunCall } from "../calls/run-call.js";

/**
 * A plan with its calls bound to opened sources, and turned round: for each step, who counts on it. An execution
 * copies the counts and counts them down; what reaches zero starts.
 */
export interface BoundPlan {
  readonly plan: EndpointPlan;
  readonly host: Host;
  readonly environment: Environment;
  readonly calls: readonly (RunCall | undefined)[];
  /** Where several operations share the calls of a step. */
  readonly chooseArm: readonly (ChooseArm | undefined)[];
  /** Where each step is counted; `undefined` where nothing is. */
  readonly meters: readonly StepMeter[] | undefined;
  /** How many things each step waits for, its condition and the failure that it stands in for included. */
  readonly counts: readonly number[];
  /** How many steps each condition waits for; `-1` where the step has no condition of its own. */
  readonly conditionCounts: readonly number[];
  /** How many steps each guard leads to: it waits for all of them, so that no verdict depends on which ended first. */
  readonly guardCounts: readonly number[];
  readonly needUsers: readonly (readonly number[])[];
  readonly afterUsers: readonly (readonly number[])[];
  readonly conditionUsers: readonly (readonly number[])[];
  readonly guardUsers: readonly (readonly number[])[];
  readonly guardStops: readonly (readonly number[])[];
  /** Some steps are given up before the deadline. */
  readonly givesUpEarly: boolean;
  readonly keepsMeta: boolean;
  /** The place of each step's phase among all. */
  readonly phaseOf: readonly number[];
  readonly stepsOfPhase: readonly number[];
  /** For each phase the next one that has steps. */
  readonly nextPhase: readonly (number | undefined)[];
  readonly transaction: BoundTransaction | undefined;
  readonly background: Background;
  /** For cloning. */
  readonly emptyScope: ExecutionScope;
}

export function bindPlan(plan: EndpointPlan, binding: Binding): BoundPlan {
  const { sources, host, environment, shared } = binding;
  const { steps, guards } = plan;
  const users = (of: (step: (typeof steps)[number]) => readonly number[]) =>
    steps.map(({ index }) => steps.filter((step) => of(step).includes(index)).map((step) => step.index));
  const originOf = (step: string): CallOrigin => {
    return { endpoint: plan.endpoint.id, step, arm: undefined, isShadow: false };
  };
  const ownCondition = steps.map(
    ({ condition, forEach }) => condition !== undefined && forEach === undefined,
  );
  const phaseOf = steps.map(({ phase }) => phases.indexOf(phase));
  const stepsOfPhase = phases.map((_, phase) => phaseOf.filter((each) => each === phase).length);
  return {
    plan,
    host,
    environment,
    calls: steps.map((step) =>
      step.traffic === undefined ? bindStep(step, binding, originOf(step.name)) : undefined,
    ),
    chooseArm: steps.map(({ traffic, name }) => {
      return traffic && bindTraffic(traffic, originOf(name), binding);
    }),
    meters: shared.meter && steps.map(({ name }) => shared.meter!.step(plan.endpoint.id, name)),
    counts: steps.map(
      ({ needs, after, waitsForGuards, fallbackFor, phase, index }) =>
        needs.length +
        after.length +
        waitsForGuards.length +
        Number(ownCondition[index]) +
        Number(fallbackFor.length > 0) +
        Number(phase !== "main"),
    ),
    conditionCounts: steps.map(({ conditionNeeds, index }) =>
      ownCondition[index] ? conditionNeeds.length : -1,
    ),
    guardCounts: guards.map(({ leadsTo }) => leadsTo.size),
    needUsers: users(({ needs }) => needs),
    afterUsers: users(({ after }) => after),
    conditionUsers: users(({ conditionNeeds }) => conditionNeeds),
    guardUsers: steps.map(({ index }) =>
      guards.filter(({ leadsTo }) => leadsTo.has(index)).map((guard) => guard.index),
    ),
    guardStops: guards.map(({ index }) =>
      steps.filter(({ waitsForGuards }) => waitsForGuards.includes(index)).map((step) => step.index),
    ),
    givesUpEarly: steps.some(({ fallback, isHard }) => fallback !== undefined || !isHard),
    keepsMeta: steps.some(({ keepsMeta }) => keepsMeta),
    phaseOf,
    stepsOfPhase,
    nextPhase: phases.map((_, phase) => laterPhases(stepsOfPhase, phase)[0]),
    transaction: bindTransaction(plan, sources, shared.cache),
    background: shared.background,
    emptyScope: emptyScope(plan, environment),
  };
}

function laterPhases(stepsOfPhase: readonly number[], phase: number): readonly number[] {
  return [...stepsOfPhase.keys()].filter((later) => later > phase && stepsOfPhase[later]! > 0);
}
