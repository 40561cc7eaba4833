import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint, type StagedEndpoint, type StagedRun } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = `
  data_sources:
    - { name: a, type: stage, operation: a }
  response_mapping: $a
`;
const breaker = "circuit_breaker: { error_rate: 50%, window: 10s, min_calls: 4, open_for: 5s, probes: 2 }";

const lost = () => failure("SOURCE_CONNECTION_LOST", {});
const status = (upstreamStatus: number) =>
  failure("SOURCE_FAILED", { status: upstreamStatus }, { upstreamStatus });

async function failing(it: StagedEndpoint, count: number, error = lost): Promise<void> {
  for (let call = 0; call < count; call++) {
    await it.run();
    it.stage.call("a").fail(error());
    await settled();
  }
}

async function opened(): Promise<StagedEndpoint> {
  const it = await stagedEndpoint(endpoint, {}, breaker);
  await failing(it, 4);
  return it;
}

const codeOf = ({ outcome }: StagedRun) => outcome.error?.code;

test("it opens when enough calls of the window failed, and then refuses at once with Retry-After", async () => {
  const it = await opened();
  await it.clock.advance(1_500);
  const shed = await it.run();
  expect(it.stage.names()).toEqual([]);
  expect(shed.outcome.error?.problem).toMatchObject({
    code: "SOURCE_RESTING",
    retryAfterMs: 3_500,
    wasSent: false,
  });
  expect(it.service.sourceConditions!()).toMatchObject([{ source: "stage.default", breaker: "open" }]);
});

test("after its rest it lets its probes through, no more, and closes when they succeed", async () => {
  const it = await opened();
  await it.clock.advance(5_000);
  await it.run();
  await it.run();
  const third = await it.run();
  expect(it.stage.names()).toEqual(["a", "a"]);
  expect(codeOf(third)).toBe("SOURCE_RESTING");
  it.stage.call("a").succeed(1);
  it.stage.call("a").succeed(2);
  await settled();
  const after = await Promise.all([it.run(), it.run(), it.run()]);
  expect(it.stage.names()).toEqual(["a", "a", "a"]);
  for (const run of after) run.cancel();
  expect(it.service.sourceConditions!()).toMatchObject([{ breaker: "closed" }]);
});

test("a probe that fails opens it again for the whole time", async () => {
  const it = await opened();
  await it.clock.advance(5_000);
  await it.run();
  it.stage.call("a").fail(lost());
  await it.clock.advance(4_999);
  expect(codeOf(await it.run())).toBe("SOURCE_RESTING");
  await it.clock.advance(1);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("a probe whose caller hangs up gives its place to another", async () => {
  const it = await opened();
  await it.clock.advance(5_000);
  const probes = [await it.run(), await it.run()];
  for (const probe of probes) probe.cancel();
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test.each([
  ["a status of 4xx", () => status(404)],
  ["too many requests", () => failure("SOURCE_UNAVAILABLE", {}, { upstreamStatus: 429 })],
  ["a parameter that cannot be sent", () => failure("PARAMETER_INVALID", { name: "x", reason: "it is odd" })],
])("%s never opens it", async (_, error) => {
  const it = await stagedEndpoint(endpoint, {}, breaker);
  await failing(it, 20, error);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test.each([
  ["a status of 5xx", () => status(500)],
  ["an unreachable source", () => failure("SOURCE_UNREACHABLE", {}, { wasSent: false })],
  ["a missed timeout", () => failure("SOURCE_TIMED_OUT", { afterMs: 1 })],
])("%s opens it", async (_, error) => {
  const it = await stagedEndpoint(endpoint, {}, breaker);
  await failing(it, 4, error);
  expect(codeOf(await it.run())).toBe("SOURCE_RESTING");
});

test("a call that the endpoint's deadline gives up counts as a timeout", async () => {
  const it = await stagedEndpoint(`timeout: 1s\n${endpoint.replaceAll(/^ {2}/gm, "").trim()}`, {}, breaker);
  for (let call = 0; call < 4; call++) {
    await it.run();
    await it.clock.advance(1_000);
  }
  expect(codeOf(await it.run())).toBe("SOURCE_RESTING");
});

test("what failed before the window began counts no more", async () => {
  const it = await stagedEndpoint(endpoint, {}, breaker);
  await failing(it, 3);
  await it.clock.advance(11_000);
  await failing(it, 1);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("an operation with a breaker of its own does not stop the others", async () => {
  const it = await stagedEndpoint(
    `
      data_sources:
        - { name: a, type: stage, operation: own, on_error: { value: null } }
        - { name: b, type: stage, operation: shared, on_error: { value: null } }
    `,
    {
      "config/integrations/stage_sources.yaml": `stage:
  sources:
    default:
      ${breaker}
      operations:
        own: { ${breaker} }
        shared: {}
`,
    },
  );
  for (let call = 0; call < 4; call++) {
    await it.run();
    it.stage.call("own").fail(lost());
    it.stage.call("shared").succeed(1);
    await settled();
  }
  await it.run();
  expect(it.stage.names()).toEqual(["shared"]);
});
