import { expect, test } from "vitest";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const guarded = `
  data_sources:
    - { name: a, type: stage, operation: a }
    - { name: b, type: stage, operation: b }
    - { name: c, type: stage, operation: c, params: { x: $a } }
    - { name: w, type: stage, operation: write }
  not_found: $a == null
  response_mapping: { b: $b, c: $c }
`;

test("what refers to the guarded step, and every write below it, waits for the guard", async () => {
  const { stage, run } = await stagedEndpoint(guarded);
  const { outcome } = await run();
  expect(stage.names()).toEqual(["a", "b"]);
  stage.call("a").succeed(null);
  await settled();
  expect(outcome.error?.problem).toMatchObject({ code: "NOT_FOUND", status: 404 });
  expect(stage.log).toEqual(["a starts", "b starts", "a succeeds", "b is cancelled"]);
});

test("a guard that does not hold lets them start", async () => {
  const { stage, run } = await stagedEndpoint(guarded);
  const { outcome } = await run();
  stage.call("a").succeed(1);
  stage.call("c").succeed(1);
  stage.call("b").succeed("b");
  stage.call("write").succeed(1);
  expect(outcome.result?.body).toEqual({ b: "b", c: 1 });
});

test("a guard on the request alone stops everything before it starts", async () => {
  const { stage, run } = await stagedEndpoint(`
    request: { query_params: { n: { type: integer } } }
    data_sources:
      - { name: a, type: stage, operation: a }
    reject:
      - { when: $request.n > 10, status: 422, code: too_many, detail: "{{ $request.n }} is too many" }
  `);
  const { outcome } = await run({ query: { n: "11" } });
  expect(stage.log).toEqual([]);
  expect(outcome.error?.problem).toMatchObject({ code: "too_many", status: 422, message: "11 is too many" });
});

test("the failure of a step that a guard does not need is held back until the guard is decided", async () => {
  const { stage, run } = await stagedEndpoint(guarded);
  const { outcome } = await run();
  stage.call("b").fail();
  await settled();
  expect(outcome.isOver).toBe(false);
  stage.call("a").succeed(null);
  await settled();
  expect(outcome.error?.code).toBe("NOT_FOUND");
});

test("a failure that was held back ends the request when the guard does not hold", async () => {
  const { stage, run } = await stagedEndpoint(guarded);
  const { outcome } = await run();
  stage.call("b").fail();
  stage.call("a").succeed(1);
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_FAILED");
  expect(stage.log).toEqual(["a starts", "b starts", "b fails", "a succeeds"]);
});

test("a guard on a step that is skipped early still waits for what that step would have waited for", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
      - { name: d, type: stage, operation: d, condition: $a != null, depends_on: [b] }
    reject:
      - { when: $d == null, status: 409, code: no_d }
    response_mapping: { b: $b }
  `);
  const { outcome } = await run();
  stage.call("a").succeed(null);
  await settled();
  expect(outcome.isOver).toBe(false);
  stage.call("b").fail();
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_FAILED");
});

test("of two guards that hold, the one listed first answers, whoever was faster", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
    reject:
      - { when: $a, status: 403, code: first }
      - { when: $b, status: 409, code: second }
  `);
  const { outcome } = await run();
  stage.call("b").succeed(true);
  await settled();
  expect(outcome.isOver).toBe(false);
  stage.call("a").succeed(true);
  await settled();
  expect(outcome.error?.code).toBe("first");
});

test("the default not_found holds when the primary step answered null, but not when it was skipped", async () => {
  const only = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
  `);
  const { outcome } = await only.run();
  only.stage.call("a").succeed(null);
  await settled();
  expect(outcome.error?.problem.status).toBe(404);

  const skipped = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a, condition: "false" }
  `);
  const second = await skipped.run();
  expect(second.outcome.result).toMatchObject({ status: 200, body: null });
});
