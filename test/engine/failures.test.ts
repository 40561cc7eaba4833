import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

test("a failed step ends the request and cancels what still runs", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
  `);
  const { outcome } = await run();
  stage.call("a").fail(failure("SOURCE_UNREACHABLE", {}));
  await settled();
  expect(outcome.error?.problem).toMatchObject({
    code: "SOURCE_UNREACHABLE",
    step: "a",
    source: "stage.default",
  });
  expect(stage.log.at(-1)).toBe("b is cancelled");
  expect(clock.pending).toBe(0);
});

test("a fallback value stands in, and the reply is incomplete", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a, on_error: { value: { score: 600 } } }
    response_mapping: { score: $a.score, status: $meta.a.status, why: $meta.a.error.code }
  `);
  const { outcome } = await run();
  stage.call("a").fail();
  await settled();
  expect(outcome.result).toMatchObject({
    isComplete: false,
    body: { score: 600, status: "fallback", why: "SOURCE_FAILED" },
  });
});

test("the failure of a step that only feeds steps with a fallback counts as theirs", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b, params: { x: $a }, on_error: { value: none } }
      - { name: c, type: stage, operation: c }
    response_mapping: { b: $b, c: $c }
  `);
  const { outcome } = await run();
  stage.call("a").fail();
  stage.call("c").succeed(1);
  await settled();
  expect(outcome.result).toMatchObject({ isComplete: false, body: { b: "none", c: 1 } });
});

test("a stand-in runs only when the step it stands in for failed", async () => {
  const endpoint = `
    data_sources:
      - { name: a, type: stage, operation: a, on_error: { step: b } }
      - { name: b, type: stage, operation: b }
    response_mapping: { a: $a }
  `;
  const good = await stagedEndpoint(endpoint);
  const first = await good.run();
  good.stage.call("a").succeed(1);
  expect(good.stage.log).toEqual(["a starts", "a succeeds"]);
  expect(first.outcome.result).toMatchObject({ isComplete: true, body: { a: 1 } });

  const bad = await stagedEndpoint(endpoint);
  const second = await bad.run();
  bad.stage.call("a").fail();
  bad.stage.call("b").succeed(2);
  expect(second.outcome.result).toMatchObject({ isComplete: false, body: { a: 2 } });
});

test("when the stand-in fails too, the first failure is told", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a, on_error: { step: b } }
      - { name: b, type: stage, operation: b }
    response_mapping: { a: $a }
  `);
  const { outcome } = await run();
  stage.call("a").fail(failure("SOURCE_UNREACHABLE", {}));
  stage.call("b").fail();
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_UNREACHABLE");
});

test("what a stand-in needs does not end the request when it fails before it is wanted", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a, on_error: { step: b } }
      - { name: c, type: stage, operation: c }
      - { name: b, type: stage, operation: b, params: { x: $c } }
    response_mapping: { a: $a }
  `);
  const { outcome } = await run();
  stage.call("c").fail();
  stage.call("a").succeed(1);
  await settled();
  expect(outcome.result).toMatchObject({ isComplete: true, body: { a: 1 } });
});

test("a null in a required parameter is never sent: 400 where it is the caller's own, else not", async () => {
  const own = await stagedEndpoint(`
    request: { query_params: { id: { type: string } } }
    data_sources:
      - { name: a, type: stage, operation: key, params: { x: $request.id } }
  `);
  const first = await own.run();
  await settled();
  expect(own.stage.log).toEqual([]);
  expect(first.outcome.error?.problem).toMatchObject({ code: "PARAMETER_NULL", callersOwn: true });

  const other = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: key, params: { x: $a.id } }
    response_mapping: $b
  `);
  const second = await other.run();
  other.stage.call("a").succeed({});
  await settled();
  expect(second.outcome.error?.problem.callersOwn).toBeUndefined();
  expect(second.outcome.error?.code).toBe("PARAMETER_NULL");
});
