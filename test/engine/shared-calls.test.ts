import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = (keys: string) => `
  timeout: 10s
  request: { query_params: { wait: { type: string } } }
  data_sources:
    - { name: a, type: stage, operation: a, params: { x: 1 }, ${keys} }
  response_mapping: $a
`;

test.each([["dedupe: true"], ["cache: { ttl: 1h }"]])(
  "1,000 callers of one cold key are one call, whoever asked first (%s)",
  async (keys) => {
    const { stage, clock, run } = await stagedEndpoint(endpoint(keys));
    const runs = await Promise.all(Array.from({ length: 1_000 }, () => run()));
    expect(stage.names()).toEqual(["a"]);
    runs[0]!.cancel();
    await settled();
    expect(stage.names()).toEqual(["a"]);
    stage.call("a").succeed("one");
    await settled();
    expect(runs.slice(1).every(({ outcome }) => outcome.result?.body === "one")).toBe(true);
    expect(clock.pending).toBe(0);
  },
);

test("the leader's deadline ends nobody else's wait: the call has the latest of those who wait", async () => {
  const { stage, clock, run } = await stagedEndpoint(endpoint("dedupe: true"));
  const leader = await run();
  await clock.advance(6_000);
  const follower = await run();
  await clock.advance(4_000);
  expect(leader.outcome.error?.code).toBe("ENDPOINT_TIMED_OUT");
  expect(stage.call("a").context.deadlineMs).toBe(16_000);
  stage.call("a").succeed("late");
  await settled();
  expect(follower.outcome.result?.body).toBe("late");
});

test("when nobody waits any more the call is cancelled", async () => {
  const { stage, run } = await stagedEndpoint(endpoint("dedupe: true"));
  const runs = await Promise.all([run(), run()]);
  for (const each of runs) each.cancel();
  expect(stage.log).toEqual(["a starts", "a is cancelled"]);
  await run();
  expect(stage.names()).toEqual(["a"]);
});

test("a call that fails fails all who wait, each with its own fallback", async () => {
  const { stage, service, run } = await stagedEndpoint(endpoint("dedupe: true, on_error: { value: mine }"));
  const runs = await Promise.all([run(), run()]);
  stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(runs.map(({ outcome }) => outcome.result?.body)).toEqual(["mine", "mine"]);
  expect(service.endpoints.length).toBe(1);
});

test("without `dedupe` requests share nothing", async () => {
  const { stage, run } = await stagedEndpoint(endpoint("dedupe: false"));
  await Promise.all([run(), run()]);
  expect(stage.names()).toEqual(["a", "a"]);
});
