import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const conflict = () => failure("TRANSACTION_CONFLICT", {});

test("it begins with its first step, and is committed when all is done, before the reply", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: w, type: stage, operation: write }
    response_mapping: { a: $a, w: $w }
  `);
  const { outcome } = await run();
  stage.call("a").succeed(1);
  await settled();
  expect(outcome.isOver).toBe(false);
  stage.call("write").succeed(2);
  await settled();
  expect(outcome.result).toMatchObject({ body: { a: 1, w: 2 }, text: '{"a":1,"w":2}' });
  expect(stage.log).toEqual(["begin", "a starts", "a succeeds", "write starts", "write succeeds", "commit"]);
});

test("its steps run one after another, also those that wait for nothing", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
  `);
  await run();
  expect(stage.names()).toEqual(["a"]);
  stage.call("a").succeed(1);
  await settled();
  expect(stage.names()).toEqual(["b"]);
});

test("nothing is begun where every step of it is skipped", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: w, type: stage, operation: write, condition: $request.method == 'x' }
    request: { query_params: { method: { type: string } } }
    response_mapping: { done: true }
  `);
  const { outcome } = await run();
  await settled();
  expect(outcome.result?.body).toEqual({ done: true });
  expect(stage.log).toEqual([]);
});

test("a step with a fallback is undone alone, and the transaction goes on", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: w, type: stage, operation: write, on_error: { value: spare } }
      - { name: v, type: stage, operation: write2 }
    response_mapping: $w
  `);
  const { outcome } = await run();
  stage.call("write").fail();
  await settled();
  stage.call("write2").succeed(1);
  await settled();
  expect(outcome.result).toMatchObject({ body: "spare", isComplete: false });
  expect(stage.log).toEqual([
    ...["begin", "savepoint 1", "write starts", "write fails", "back to 1"],
    ...["write2 starts", "write2 succeeds", "commit"],
  ]);
});

test("a step that meets its time limit is given up and undone before the next one", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: w, type: stage, operation: write, timeout: 100ms, on_error: { value: spare } }
      - { name: v, type: stage, operation: write2 }
    response_mapping: $w
  `);
  await run();
  await clock.advance(100);
  expect(stage.log).toEqual([
    ...["begin", "savepoint 1", "write starts", "write is cancelled", "back to 1", "write2 starts"],
  ]);
});

test("a step without a fallback ends it: it is rolled back", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: w, type: stage, operation: write }
      - { name: later, type: stage, operation: write2, after: commit }
    response_mapping: $w
  `);
  const { outcome } = await run();
  stage.call("write").fail();
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_FAILED");
  expect(stage.log).toEqual(["begin", "write starts", "write fails", "rollback"]);
});

test("a guard that holds rolls it back", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: w, type: stage, operation: write }
    reject: [{ when: $w == 0, status: 409 }]
    response_mapping: $w
  `);
  const { outcome } = await run();
  stage.call("write").succeed(0);
  await settled();
  expect(outcome.error?.problem.status).toBe(409);
  expect(stage.log.at(-1)).toBe("rollback");
});

test("while a guard that needs the transaction is undecided, a failure beside it is undone alone", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
    reject: [{ when: $b == 0, status: 409 }]
    response_mapping: $a
  `);
  const { outcome } = await run();
  stage.call("a").fail();
  await settled();
  stage.call("b").succeed(0);
  await settled();
  expect(outcome.error?.problem.status).toBe(409);
  expect(stage.log).toEqual([
    ...["begin", "savepoint 1", "a starts", "a fails", "back to 1"],
    ...["b starts", "b succeeds", "rollback"],
  ]);
});

test("a response that cannot be made rolls it back", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    data_sources: [{ name: w, type: stage, operation: write }]
    response_mapping: $w
    response_status: $w
  `);
  const { outcome } = await run();
  stage.call("write").succeed(42);
  await settled();
  expect(outcome.error?.code).toBe("EXPRESSION_FAILED");
  expect(stage.log.at(-1)).toBe("rollback");
});

const writing = `
  timeout: 1s
  transaction: { source: default, retry: { attempts: 3 } }
  data_sources: [{ name: w, type: stage, operation: write }]
  response_mapping: $w
`;

test("the deadline rolls it back, and nothing is unknown", async () => {
  const { stage, clock, run } = await stagedEndpoint(writing);
  const { outcome } = await run();
  await clock.advance(1_000);
  expect(outcome.error?.code).toBe("ENDPOINT_TIMED_OUT");
  expect(stage.log).toEqual(["begin", "write starts", "write is cancelled", "rollback"]);
  expect(clock.pending).toBe(0);
});

test("a caller who hangs up rolls it back", async () => {
  const { stage, run } = await stagedEndpoint(writing);
  const { outcome, cancel } = await run();
  cancel();
  await settled();
  expect(outcome.error?.code).toBe("REQUEST_CANCELLED");
  expect(stage.log).toEqual(["begin", "write starts", "write is cancelled", "rollback"]);
});

test("after a conflict all of it is done again, whatever fallback the step has", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    transaction: { source: default, retry: { attempts: 3 } }
    data_sources: [{ name: w, type: stage, operation: write, on_error: { value: spare } }]
    response_mapping: $w
  `);
  const { outcome } = await run();
  stage.call("write").fail(conflict());
  await settled();
  expect(outcome.isOver).toBe(false);
  await clock.advance(20);
  stage.commitFailures.push(conflict());
  stage.call("write").succeed(1);
  await settled();
  await clock.advance(40);
  stage.call("write").succeed(2);
  await settled();
  expect(outcome.result?.body).toBe(2);
  expect(stage.log.filter((word) => word === "begin" || word === "rollback" || word === "commit")).toEqual([
    ...["begin", "rollback", "begin", "commit", "rollback", "begin", "commit"],
  ]);
  expect(clock.pending).toBe(0);
});

test("the last conflict is the answer", async () => {
  const { stage, clock, run } = await stagedEndpoint(writing);
  const { outcome } = await run();
  for (let attempt = 1; attempt <= 3; attempt++) {
    stage.call("write").fail(conflict());
    await settled();
    await clock.advance(100);
  }
  expect(outcome.error?.code).toBe("TRANSACTION_CONFLICT");
  expect(stage.names()).toEqual([]);
});

test("a caller who hangs up between two attempts ends it", async () => {
  const { stage, clock, run } = await stagedEndpoint(writing);
  const { outcome, cancel } = await run();
  stage.call("write").fail(conflict());
  await settled();
  cancel();
  await clock.advance(100);
  expect(outcome.isOver).toBe(true);
  expect(stage.names()).toEqual([]);
});

test("a COMMIT whose answer is lost is never repeated", async () => {
  const { stage, clock, run } = await stagedEndpoint(writing);
  const { outcome } = await run();
  stage.commitFailures.push(failure("COMMIT_OUTCOME_UNKNOWN", {}));
  stage.call("write").succeed(1);
  await settled();
  await clock.advance(500);
  expect(outcome.error?.code).toBe("COMMIT_OUTCOME_UNKNOWN");
  expect(stage.log.filter((word) => word === "begin")).toEqual(["begin"]);
});

const later = `
  timeout: 1s
  transaction: { source: default }
  data_sources:
    - { name: w, type: stage, operation: write }
    - { name: told, type: stage, operation: write2, params: { x: $w }, after: commit }
    - { name: noted, type: stage, operation: pay, after: response }
  response_mapping: $w
`;

test("a step after the commit runs when it is committed, and the reply waits for it", async () => {
  const { stage, run } = await stagedEndpoint(later);
  const { outcome, cancel } = await run();
  expect(stage.names()).toEqual(["write"]);
  stage.call("write").succeed(1);
  await settled();
  cancel();
  expect(stage.call("write2").parameters).toEqual({ x: 1 });
  expect([outcome.isOver, stage.names()]).toEqual([false, ["write2"]]);
  stage.call("write2").succeed(null);
  await settled();
  expect(outcome.result?.body).toBe(1);
  expect(stage.names()).toEqual(["pay"]);
});

test("when a step after the commit fails the caller is told, and nothing runs after the reply", async () => {
  const { stage, run } = await stagedEndpoint(later);
  const { outcome } = await run();
  stage.call("write").succeed(1);
  await settled();
  stage.call("write2").fail();
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_FAILED");
  expect(stage.log).toEqual([
    ...["begin", "write starts", "write succeeds", "commit", "write2 starts", "write2 fails"],
  ]);
});

test("what runs after the reply has a time of its own, and the service waits for it", async () => {
  const { stage, clock, service, run } = await stagedEndpoint(later);
  const { outcome, events } = await run();
  stage.call("write").succeed(1);
  await settled();
  await clock.advance(900);
  stage.call("write2").succeed(null);
  await settled();
  expect(outcome.result?.body).toBe(1);
  let isClosed = false;
  const closing = service.close().then(() => (isClosed = true));
  await clock.advance(900);
  expect([stage.names(), isClosed]).toEqual([["pay"], false]);
  await clock.advance(100);
  expect(stage.log.at(-1)).toBe("pay is cancelled");
  await closing;
  expect(events.at(-1)).toMatchObject({ kind: "execution-ended", error: { code: "WRITE_OUTCOME_UNKNOWN" } });
  expect(clock.pending).toBe(0);
});

test("a condition skips a step after the reply, and a step that uses it goes on without", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: w, type: stage, operation: write, after: response, condition: $a > 1 }
      - { name: v, type: stage, operation: write2, after: response, params: { x: $w } }
    response_mapping: $a
  `);
  const { outcome } = await run();
  stage.call("a").succeed(1);
  await settled();
  expect(outcome.result?.body).toBe(1);
  expect(stage.call("write2").parameters).toEqual({ x: null });
});
