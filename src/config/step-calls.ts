import type { Step, StepCall } from "./model.js";

/** Every call that a step may make: those of its arms and shadows, or its only one. */
export function callsOf(step: Step): readonly StepCall[] {
  if (step.kind !== "call") return [];
  if (step.ensemble !== undefined) return step.ensemble.members;
  if (step.traffic === undefined) return [step];
  return [...step.traffic.arms, ...step.traffic.shadows];
}
