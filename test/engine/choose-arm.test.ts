import { expect, test } from "vitest";
import { randomArm, stickyArm } from "../../src/engine/calls/choose-arm.js";

const arms = (...weights: number[]) => weights.map((weight, index) => ({ identity: `ml/v${index}`, weight }));
const callers = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`);

/** How many of the callers each arm has. */
function shares(chosen: readonly number[], of: number): readonly number[] {
  return Array.from({ length: of }, (_, arm) => chosen.filter((each) => each === arm).length);
}

/** Five standard deviations of a count: one run in a million is outside. */
const within = (count: number, share: number, of = callers.length) =>
  Math.abs(count - share * of) < 5 * Math.sqrt(of * share * (1 - share));

test("a 90/10 canary gets its share of 10,000 calls at random", () => {
  const [stable, canary] = shares(
    callers.map(() => randomArm(arms(90, 10))),
    2,
  );
  expect(within(stable!, 0.9)).toBe(true);
  expect(stable! + canary!).toBe(10_000);
});

test("sticky arms get their shares, whatever their sum", () => {
  const counts = shares(
    callers.map((caller) => stickyArm(arms(5, 3, 2), caller)),
    3,
  );
  expect(counts.map((count, arm) => within(count, [0.5, 0.3, 0.2][arm]!))).toEqual([true, true, true]);
});

test("the same value stays in its arm", () => {
  for (const caller of callers.slice(0, 1_000)) {
    const first = stickyArm(arms(90, 10), caller);
    expect(stickyArm(arms(90, 10), caller)).toBe(first);
    expect(stickyArm(arms(900, 100), caller)).toBe(first);
  }
  expect(stickyArm(arms(50, 50), 17)).toBe(stickyArm(arms(50, 50), "17"));
});

test("a raised weight moves only callers that must move, and only to that arm", () => {
  const before = callers.map((caller) => stickyArm(arms(50, 30, 20), caller));
  const after = callers.map((caller) => stickyArm(arms(50, 30, 40), caller));
  const moved = callers.flatMap((_, index) => (before[index] === after[index] ? [] : [after[index]!]));
  expect(new Set(moved)).toEqual(new Set([2]));
  expect(within(moved.length, 40 / 120 - 20 / 100)).toBe(true);
});

test("an arm that is added takes callers from the others and moves none between them", () => {
  const before = callers.map((caller) => stickyArm(arms(50, 50), caller));
  const after = callers.map((caller) => stickyArm(arms(50, 50, 25), caller));
  for (const index of callers.keys()) expect([before[index], 2]).toContain(after[index]);
});

test("an arm of weight 0 gets nothing", () => {
  for (const caller of callers.slice(0, 2_000)) {
    expect(stickyArm(arms(0, 1, 0), caller)).toBe(1);
    expect(randomArm(arms(0, 1, 0))).toBe(1);
  }
});
