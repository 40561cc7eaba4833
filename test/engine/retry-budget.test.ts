import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = `
  data_sources:
    - { name: a, type: stage, operation: a, on_error: { value: null } }
  response_mapping: $a
`;
const retry = (budget: string) =>
  `retry: { attempts: 3, backoff: { base: 0ms, max: 0ms }, budget: ${budget} }`;

/** Calls a source that always fails, so many times in each second; answers how often it was called at all. */
async function attempts(budget: string, perSecond: number, seconds: number): Promise<number> {
  const { stage, clock, run } = await stagedEndpoint(endpoint, {}, retry(budget));
  let count = 0;
  const failAll = () => {
    for (const call of [...stage.waiting]) {
      count += 1;
      call.fail(failure("SOURCE_CONNECTION_LOST", {}));
    }
  };
  for (let second = 0; second < seconds; second++) {
    for (let call = 0; call < perSecond; call++) {
      const { outcome } = await run();
      while (!outcome.isOver) {
        failAll();
        await settled();
        await clock.advance(0);
      }
    }
    await clock.advance(1_000);
  }
  return count;
}

test("repeats are at most the budget's share of a source's calls", async () => {
  const all = await attempts("20%", 200, 5);
  expect(all).toBeGreaterThan(1_000 * 1.15);
  expect(all).toBeLessThanOrEqual(1_000 * 1.2 + 10);
});

test("however few the calls are, ten a second may be repeated", async () => {
  expect(await attempts("20%", 5, 4)).toBe(4 * 5 * 3);
  expect(await attempts("0%", 8, 3)).toBe(3 * (8 + 10));
});
