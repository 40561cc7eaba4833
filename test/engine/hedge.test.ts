import { expect, test } from "vitest";
import { Latencies } from "../../src/engine/calls/latencies.js";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint, type StagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = `
  data_sources:
    - { name: a, type: stage, operation: a }
  response_mapping: $a
`;

/** Enough quick calls for the budget and the percentile to be known. */
async function warm(it: StagedEndpoint, count = 30, ms = 10): Promise<void> {
  for (let call = 0; call < count; call++) {
    await it.run();
    await it.clock.advance(ms);
    it.stage.call("a").succeed("quick");
    await settled();
  }
}

test("a slow read is asked a second time; the first answer counts and the loser is cancelled", async () => {
  const it = await stagedEndpoint(endpoint, {}, "hedge: { after: 100ms }");
  await warm(it);
  it.stage.log.length = 0;
  const { outcome } = await it.run();
  await it.clock.advance(99);
  expect(it.stage.names()).toEqual(["a"]);
  await it.clock.advance(1);
  expect(it.stage.names()).toEqual(["a", "a"]);
  it.stage.waiting[1]!.succeed("second");
  await settled();
  expect(outcome.result?.body).toBe("second");
  expect(it.stage.log).toEqual(["a starts", "a starts", "a succeeds", "a is cancelled"]);
  expect(it.clock.pending).toBe(0);
});

test("with p95 the second call follows the live percentile", async () => {
  const it = await stagedEndpoint(endpoint, {}, "hedge: { after: p95 }");
  await it.run();
  await it.clock.advance(20_000);
  expect(it.stage.names()).toEqual(["a"]);
  it.stage.call("a").succeed(1);
  await warm(it, 60, 40);
  await it.run();
  await it.clock.advance(30);
  expect(it.stage.names()).toEqual(["a"]);
  await it.clock.advance(20);
  expect(it.stage.names()).toEqual(["a", "a"]);
});

test("no more than the budget of calls is made twice", async () => {
  const it = await stagedEndpoint(endpoint, {}, "hedge: { after: 5ms, budget: 10% }");
  for (let call = 0; call < 200; call++) {
    await it.run();
    await it.clock.advance(10);
    it.stage.call("a").succeed("slow");
    await settled();
  }
  const started = it.stage.log.filter((line) => line === "a starts").length;
  expect(started).toBeGreaterThan(210);
  expect(started).toBeLessThanOrEqual(220);
});

test("a write is never asked twice", async () => {
  const it = await stagedEndpoint(
    endpoint.replace("operation: a", "operation: write"),
    {},
    "hedge: { after: 5ms }",
  );
  await it.run();
  await it.clock.advance(1_000);
  expect(it.stage.names()).toEqual(["write"]);
});

test("while one of two runs, the failure of the other is no failure; when both fail, it is", async () => {
  const it = await stagedEndpoint(endpoint, {}, "hedge: { after: 5ms, budget: 100% }");
  await warm(it, 2, 1);
  const { outcome } = await it.run();
  await it.clock.advance(5);
  it.stage.call("a").fail();
  await settled();
  expect(outcome.isOver).toBe(false);
  it.stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_CONNECTION_LOST");
});

test("a caller who hangs up cancels both", async () => {
  const it = await stagedEndpoint(endpoint, {}, "hedge: { after: 5ms, budget: 100% }");
  await warm(it, 2, 1);
  const run = await it.run();
  await it.clock.advance(5);
  expect(it.stage.names()).toEqual(["a", "a"]);
  run.cancel();
  expect(it.stage.names()).toEqual([]);
  await settled();
  expect(it.clock.pending).toBe(0);
});

test("the percentile forgets what was long ago", () => {
  const latencies = new Latencies();
  for (let call = 0; call < 2_000; call++) latencies.record(1_000);
  for (let call = 0; call < 2_000; call++) latencies.record(10);
  expect(latencies.p95()).toBeGreaterThan(9);
  expect(latencies.p95()).toBeLessThan(12);
});
