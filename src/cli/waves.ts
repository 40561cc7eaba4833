import type { EndpointPlan } from "../plan/plan.js";

/** For each step by index, the wave it can run in: the first is 1, and every other comes after all it waits for. */
export function wavesOf(plan: EndpointPlan): readonly number[] {
  const waves: (number | undefined)[] = plan.steps.map(() => undefined);
  const waveOf = (index: number): number => {
    const known = waves[index];
    if (known !== undefined) return known;
    waves[index] = 1;
    const wave = 1 + Math.max(0, ...waitsFor(plan, index).map(waveOf));
    waves[index] = wave;
    return wave;
  };
  return plan.steps.map((_, index) => waveOf(index));
}

function waitsFor(plan: EndpointPlan, index: number): readonly number[] {
  const step = plan.steps[index]!;
  const throughGuards = step.waitsForGuards.flatMap((guard) => plan.guards[guard]!.needs);
  return [...step.needs, ...step.after, ...step.conditionNeeds, ...step.fallbackFor, ...throughGuards];
}
