import { expect, test } from "vitest";
import { wavesOf } from "../../src/cli/waves.js";
import type { EndpointPlan } from "../../src/plan/plan.js";

/** A plan of which only what orders its steps is filled in. */
function planOf(steps: readonly object[], guards: readonly object[] = []): EndpointPlan {
  const nothing = { needs: [], after: [], conditionNeeds: [], fallbackFor: [], waitsForGuards: [] };
  return { steps: steps.map((step) => ({ ...nothing, ...step })), guards } as unknown as EndpointPlan;
}

test("steps that wait for nothing are in the first wave", () => {
  expect(wavesOf(planOf([{}, {}]))).toEqual([1, 1]);
});

test("a step comes after all that it waits for, whatever the reason and the order in the file", () => {
  const steps = [{ needs: [2] }, { after: [0] }, {}, { conditionNeeds: [1] }, { fallbackFor: [2] }];
  expect(wavesOf(planOf(steps))).toEqual([2, 3, 1, 4, 2]);
});

test("a guard passes on what it waits for", () => {
  expect(wavesOf(planOf([{}, { needs: [0] }, { waitsForGuards: [0] }], [{ needs: [1] }]))).toEqual([1, 2, 3]);
});
