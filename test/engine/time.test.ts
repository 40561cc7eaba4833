import { expect, test } from "vitest";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

test("a required step that hangs is 504 at the endpoint's deadline, and is cancelled", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 2s
    data_sources:
      - { name: a, type: stage, operation: a }
  `);
  const { outcome } = await run();
  expect(stage.call("a").context.deadlineMs).toBe(2_000);
  await clock.advance(1_999);
  expect(outcome.isOver).toBe(false);
  await clock.advance(1);
  expect(outcome.error?.problem).toMatchObject({ code: "ENDPOINT_TIMED_OUT", facts: { afterMs: 2_000 } });
  expect(stage.log.at(-1)).toBe("a is cancelled");
  expect(clock.pending).toBe(0);
});

test("an optional step that hangs is given up before the deadline, and the answer is in time", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 2s
    data_sources:
      - { name: a, type: stage, operation: a, on_error: { value: null } }
      - { name: b, type: stage, operation: b }
    response_mapping: { a: $a, b: $b }
  `);
  const { outcome } = await run();
  stage.call("b").succeed(1);
  await clock.advance(1_900);
  expect(outcome.result).toMatchObject({ status: 200, isComplete: false, body: { a: null, b: 1 } });
  expect(stage.log.at(-1)).toBe("a is cancelled");
});

test("what only feeds optional steps is given up with them", async () => {
  const { clock, run } = await stagedEndpoint(`
    timeout: 1s
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b, params: { x: $a }, on_error: { value: none } }
    response_mapping: { b: $b }
  `);
  const { outcome } = await run();
  await clock.advance(950);
  expect(outcome.result).toMatchObject({ body: { b: "none" }, isComplete: false });
});

test("a stand-in has the last moments for itself", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 1s
    data_sources:
      - { name: b, type: stage, operation: b }
      - { name: a, type: stage, operation: a, on_error: { step: b } }
    response_mapping: { a: $a }
  `);
  const { outcome } = await run();
  await clock.advance(950);
  stage.call("b").succeed("quick");
  expect(outcome.result?.body).toEqual({ a: "quick" });
});

test("a step's own timeout covers all its attempts", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 10s
    data_sources:
      - { name: a, type: stage, operation: a, timeout: 300ms, retry: { attempts: 9, when: [connect] } }
  `);
  const { outcome } = await run();
  expect(stage.call("a").context.deadlineMs).toBe(300);
  await clock.advance(300);
  await settled();
  expect(outcome.error?.problem).toMatchObject({ code: "SOURCE_TIMED_OUT", facts: { afterMs: 300 } });
});

test("a source's timeout is of one attempt, and is retried where the policy says so", async () => {
  const { stage, clock, run } = await stagedEndpoint(
    `
    data_sources:
      - { name: a, type: stage, source_id: slow, operation: a }
    `,
    {
      "config/integrations/stage_sources.yaml": `
stage:
  sources:
    slow:
      timeout: 100ms
      retry: { attempts: 2, when: [timeout], backoff: { base: 10ms } }
      operations: { a: {} }
`,
    },
  );
  const { outcome } = await run();
  await clock.advance(120);
  expect(stage.log).toEqual(["a starts", "a is cancelled", "a starts"]);
  stage.call("a").succeed(1);
  expect(outcome.result?.body).toBe(1);
  expect(clock.pending).toBe(0);
});

test("a caller who hangs up cancels everything, until a write has begun", async () => {
  const endpoint = `
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: w, type: stage, operation: write }
      - { name: b, type: stage, operation: b }
  `;
  const early = await stagedEndpoint(endpoint);
  const first = await early.run();
  first.cancel();
  await settled();
  expect(early.stage.log).toEqual(["a starts", "a is cancelled"]);
  expect(first.outcome.error?.code).toBe("REQUEST_CANCELLED");

  const late = await stagedEndpoint(endpoint);
  const second = await late.run();
  late.stage.call("a").succeed(1);
  second.cancel();
  late.stage.call("write").succeed(1);
  late.stage.call("b").succeed(1);
  expect(second.outcome.result?.status).toBe(200);
});

test("a write that meets the deadline has an unknown outcome", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 1s
    data_sources:
      - { name: w, type: stage, operation: write }
  `);
  const { outcome } = await run();
  expect(stage.names()).toEqual(["write"]);
  await clock.advance(1_000);
  expect(outcome.error?.code).toBe("WRITE_OUTCOME_UNKNOWN");
});
