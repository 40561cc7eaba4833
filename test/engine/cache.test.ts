import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint, type StagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = (cache: string, more = "") => `
  timeout: 10s
  request: { query_params: { x: {} } }
  data_sources:
    - { name: a, type: stage, operation: a, params: { x: $request.x }, cache: { ${cache} }${more} }
  not_found: "false"
  response_mapping: { value: $a, status: $meta.a.status, age: $meta.a.age }
`;

const answered = async (it: StagedEndpoint, value: string | null): Promise<void> => {
  it.stage.call("a").succeed(value);
  await settled();
};

test("a value is kept for its ttl, then fetched again", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const first = await it.run();
  await answered(it, "one");
  expect(first.outcome.result?.body).toEqual({ value: "one", status: "ok", age: null });
  await it.clock.advance(4_999);
  const second = await it.run();
  expect(it.stage.names()).toEqual([]);
  expect(second.outcome.result).toMatchObject({
    body: { value: "one", status: "cached", age: 4 },
    isComplete: true,
    headers: [],
  });
  await it.clock.advance(1);
  const third = await it.run();
  await answered(it, "two");
  expect(third.outcome.result?.body).toMatchObject({ value: "two", status: "ok" });
});

test("null has a time of its own, and `0s` does not keep it", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, empty_ttl: 1s"));
  await it.run();
  await answered(it, null);
  await it.clock.advance(999);
  await it.run();
  expect(it.stage.names()).toEqual([]);
  await it.clock.advance(1);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
  const never = await stagedEndpoint(endpoint("ttl: 5s, empty_ttl: 0s"));
  await never.run();
  await answered(never, null);
  await never.run();
  expect(never.stage.names()).toEqual(["a"]);
});

test("different parameters are different values", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  await it.run({ query: { x: "1" } });
  await answered(it, "one");
  await it.run({ query: { x: "2" } });
  expect(it.stage.names()).toEqual(["a"]);
});

test("a failure is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  await it.run();
  it.stage.call("a").fail();
  await settled();
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("what a source fell back to is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  await it.run();
  it.stage.call("a").succeed("elsewhere", { isFallback: true });
  await settled();
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("a stale value is given while one new one is fetched, and says its age", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_while_revalidate: 10s"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(7_000);
  const stale = await it.run();
  await it.run();
  expect(stale.outcome.result).toMatchObject({
    body: { value: "one", status: "stale", age: 7 },
    headers: [["Age", "7"]],
    isComplete: true,
  });
  expect(it.stage.names()).toEqual(["a"]);
  await answered(it, "two");
  const fresh = await it.run();
  expect(fresh.outcome.result?.body).toMatchObject({ value: "two", status: "cached" });
  expect(it.clock.pending).toBe(0);
});

test("a refresh that nobody answers ends by itself", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_while_revalidate: 1m"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  await it.run();
  await it.clock.advance(10_000);
  expect(it.stage.names()).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test("an old value stands in for a source that cannot answer", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_if_error: 1m"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  const lost = await it.run();
  it.stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(lost.outcome.result?.body).toEqual({ value: "one", status: "stale", age: 6 });
  const refused = await it.run();
  it.stage.call("a").fail(failure("SOURCE_FAILED", { status: 404 }, { upstreamStatus: 404 }));
  await settled();
  expect(refused.outcome.error?.code).toBe("SOURCE_FAILED");
  await it.clock.advance(60_000);
  const tooOld = await it.run();
  it.stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(tooOld.outcome.error?.code).toBe("SOURCE_CONNECTION_LOST");
});

test.each([["timeout: 10s"], ["timeout: 300ms"]])(
  "an old value stands in for a source that hangs, before the wait of the step is over (%s)",
  async (timeout) => {
    const it = await stagedEndpoint(endpoint("ttl: 5s, stale_if_error: 1m", `, ${timeout}`));
    await it.run();
    await answered(it, "one");
    await it.clock.advance(6_000);
    const { outcome } = await it.run();
    await it.clock.advance(10_000);
    expect(outcome.result?.body).toMatchObject({ value: "one", status: "stale" });
    expect(it.stage.names()).toEqual([]);
    expect(it.clock.pending).toBe(0);
  },
);

test("a purge of a tag drops the value, and one that was asked for before it is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, tags: [customers]"));
  await it.run();
  await answered(it, "one");
  expect(await it.service.purge!(["orders"])).toBe(0);
  expect(await it.service.purge!(["customers"])).toBe(1);
  const old = await it.run();
  await it.service.purge!(["customers"]);
  const young = await it.run();
  expect(it.stage.names()).toEqual(["a", "a"]);
  await answered(it, "before the purge");
  expect(old.outcome.result?.body).toMatchObject({ value: "before the purge" });
  expect(young.outcome.isOver).toBe(false);
  await answered(it, "after the purge");
  const later = await it.run();
  expect(later.outcome.result?.body).toMatchObject({ value: "after the purge", status: "cached" });
});

test("a write purges the tags of `invalidates`, unless nothing was sent", async () => {
  const it = await stagedEndpoint(
    `
      method: GET
      data_sources:
        - { name: a, type: stage, operation: a, cache: { ttl: 1h, tags: [customers] } }
        - { name: w, type: stage, operation: change, on_error: { value: null }, params: { x: $a } }
      response_mapping: $a
    `,
    {
      "config/integrations/stage_sources.yaml": `stage:
  sources:
    default:
      operations:
        a: { takes: [x] }
        change: { effect: write, takes: [x], invalidates: [customers] }
`,
    },
  );
  await it.run();
  await answered(it, "one");
  it.stage.call("change").fail(failure("SOURCE_UNREACHABLE", {}, { wasSent: false }));
  await settled();
  await it.run();
  expect(it.stage.names()).toEqual(["change"]);
  it.stage.call("change").succeed(null);
  await settled();
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("a kept null is found missing like a fresh one", async () => {
  const it = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a, cache: { ttl: 1h } }
  `);
  await it.run();
  await answered(it, null);
  const { outcome } = await it.run();
  expect(outcome.error?.code).toBe("NOT_FOUND");
});
