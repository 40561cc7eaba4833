import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint, type StagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const shadowed = (keys: string) => `
  data_sources:
    - { name: it, type: stage, operation: a, traffic: { shadow: [{ operation: b, ${keys} }] } }
  response_mapping: $it
`;

const countsOf = ({ service }: StagedEndpoint) => service.shadowConditions!()[0]!.counts;

test("each run goes to one arm, whose name is in $meta", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - name: it
        type: stage
        traffic: { arms: [{ operation: a, weight: 0 }, { operation: b, weight: 3 }] }
    response_mapping: { value: $it, arm: $meta.it.arm }
  `);
  const { outcome } = await run();
  expect(stage.names()).toEqual(["b"]);
  stage.call("b").succeed(7);
  await settled();
  expect(outcome.result?.body).toEqual({ value: 7, arm: "b" });
});

test("the arm is known when it failed, too", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - name: it
        type: stage
        on_error: { value: 0 }
        traffic: { arms: [{ operation: a, weight: 1 }, { operation: b, weight: 0 }] }
    response_mapping: [$it, $meta.it.arm, $meta.it.status]
  `);
  const { outcome } = await run();
  stage.call("a").fail();
  await settled();
  expect(outcome.result?.body).toEqual([0, "a", "fallback"]);
});

test("sticky_by keeps a caller in its arm, and the items of a list in one", async () => {
  const { stage, run } = await stagedEndpoint(`
    request: { query_params: { id: { type: string } } }
    data_sources:
      - name: it
        type: stage
        for_each: "{{ [1, 2, 3] }}"
        params: { x: $item }
        traffic:
          sticky_by: $request.id
          arms: [{ operation: a, weight: 1 }, { operation: b, weight: 1 }]
    response_mapping: [$it, $meta.it.arm]
  `);
  const armsOf = async (id: string) => {
    const arms = new Set<unknown>();
    for (let time = 0; time < 5; time++) {
      const { outcome } = await run({ query: { id } });
      for (const call of [...stage.waiting]) call.succeed(call.operation);
      await settled();
      const [values, arm] = outcome.result!.body as [string[], string];
      expect(values).toEqual([arm, arm, arm]);
      arms.add(arm);
    }
    return arms;
  };
  const seen = new Set<unknown>();
  for (let caller = 0; caller < 30; caller++) {
    const arms = await armsOf(`caller-${caller}`);
    expect(arms.size).toBe(1);
    seen.add([...arms][0]);
  }
  expect(seen).toEqual(new Set(["a", "b"]));
});

test("an arm has the policy of its own operation", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - name: it
        type: stage
        retry: { attempts: 2, backoff: { base: 0ms, max: 0ms } }
        traffic: { arms: [{ operation: a, weight: 0 }, { operation: b, weight: 1 }] }
    response_mapping: $it
  `);
  const { outcome } = await run();
  stage.call("b").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(outcome.isOver).toBe(false);
});

test("a shadow gets the same parameters after the call itself, and nobody waits for it", async () => {
  const staged = await stagedEndpoint(`
    data_sources:
      - { name: it, type: stage, operation: a, params: { x: 1 }, traffic: { shadow: [{ operation: b }] } }
    response_mapping: $it
  `);
  const { stage, clock, run } = staged;
  const { outcome } = await run();
  expect(stage.names()).toEqual(["a"]);
  await clock.advance(0);
  expect(stage.log).toEqual(["a starts", "b starts"]);
  expect(stage.call("b").parameters).toEqual({ x: 1 });
  stage.call("a").succeed({ n: 1 });
  await settled();
  expect(outcome.result?.body).toEqual({ n: 1 });
  stage.call("b").succeed({ n: 1 });
  expect(countsOf(staged)).toMatchObject({ sent: 1, agreed: 1, differed: 0, failed: 0 });
  expect(clock.pending).toBe(0);
});

test("values agree within the tolerance of each field, and exactly without one", async () => {
  const staged = await stagedEndpoint(shadowed("compare: { probability: 0.01, inner.label: 0 }"));
  const { stage, clock, run } = staged;
  const both = async (first: object, other: object) => {
    await run();
    await clock.advance(0);
    stage.call("a").succeed(first as never);
    stage.call("b").succeed(other as never);
    await settled();
    return [countsOf(staged).agreed, countsOf(staged).differed];
  };
  expect(await both({ probability: 0.5, id: 1 }, { probability: 0.509, id: 2 })).toEqual([1, 0]);
  expect(await both({ probability: 0.5 }, { probability: 0.52 })).toEqual([1, 1]);
  const labelled = (label: string) => ({ probability: 0.5, inner: { label } });
  expect(await both(labelled("x"), labelled("x"))).toEqual([2, 1]);
  expect(await both(labelled("x"), labelled("y"))).toEqual([2, 2]);
  expect(await both({ probability: 0.5 }, {})).toEqual([2, 3]);
});

test("a failing shadow is counted and changes nothing", async () => {
  const staged = await stagedEndpoint(shadowed("percent: 100"));
  const { stage, clock, run } = staged;
  const { outcome } = await run();
  await clock.advance(0);
  stage.call("b").fail();
  await settled();
  expect(outcome.isOver).toBe(false);
  stage.call("a").succeed(1);
  await settled();
  expect(outcome.result?.body).toBe(1);
  expect(countsOf(staged)).toMatchObject({ sent: 1, failed: 1, agreed: 0, differed: 0 });
});

test("a shadow whose arm failed is not compared", async () => {
  const staged = await stagedEndpoint(shadowed("percent: 100"));
  const { stage, clock, run } = staged;
  const { outcome } = await run();
  await clock.advance(0);
  stage.call("a").fail();
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_FAILED");
  stage.call("b").succeed(1);
  expect(countsOf(staged)).toMatchObject({ sent: 1, uncompared: 1 });
});

test("a shadow that hangs is given up after its own time", async () => {
  const staged = await stagedEndpoint(shadowed("timeout: 2s"));
  const { stage, clock, run } = staged;
  await run();
  await clock.advance(0);
  stage.call("a").succeed(1);
  await clock.advance(1_999);
  expect(stage.names()).toEqual(["b"]);
  await clock.advance(1);
  expect(stage.log.at(-1)).toBe("b is cancelled");
  expect(countsOf(staged)).toMatchObject({ sent: 1, timedOut: 1 });
});

test("a shadow goes on when the caller hangs up", async () => {
  const staged = await stagedEndpoint(shadowed("percent: 100"));
  const { stage, clock, run } = staged;
  const { cancel, outcome } = await run();
  await clock.advance(0);
  cancel();
  await settled();
  expect(outcome.error?.code).toBe("REQUEST_CANCELLED");
  expect(stage.names()).toEqual(["b"]);
  stage.call("b").succeed(1);
  expect(countsOf(staged)).toMatchObject({ sent: 1, uncompared: 1 });
});

test("more than 32 copies at a time are dropped and counted", async () => {
  const staged = await stagedEndpoint(shadowed("percent: 100"));
  const { stage, clock, run } = staged;
  const runs = await Promise.all(Array.from({ length: 40 }, () => run()));
  await clock.advance(0);
  for (const call of stage.waiting.filter(({ operation }) => operation === "a")) call.succeed(1);
  await settled();
  expect(runs.every(({ outcome }) => outcome.result?.body === 1)).toBe(true);
  expect(stage.names()).toEqual(Array(32).fill("b"));
  expect(countsOf(staged)).toMatchObject({ sent: 32, dropped: 8 });
  stage.call("b").succeed(1);
  await run();
  expect(countsOf(staged)).toMatchObject({ sent: 33, dropped: 8, agreed: 1 });
});

test("a percentage of calls is copied", async () => {
  const staged = await stagedEndpoint(shadowed("percent: 20"));
  const { stage, clock, run } = staged;
  for (let call = 0; call < 2_000; call++) {
    await run();
    await clock.advance(0);
    for (const waiting of [...stage.waiting]) waiting.succeed(1);
  }
  const { sent, agreed } = countsOf(staged);
  expect(Math.abs(sent - 400)).toBeLessThan(5 * Math.sqrt(2_000 * 0.2 * 0.8));
  expect(agreed).toBe(sent);
});
