import { expect, test } from "vitest";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

test("a read starts the moment its own needs are done, and waits for no neighbour", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
      - { name: c, type: stage, operation: c, params: { x: $a } }
      - { name: d, type: stage, operation: d, params: { x: $c } }
  `);
  const { outcome, events } = await run();
  expect(stage.names()).toEqual(["a", "b"]);
  stage.call("a").succeed(1);
  expect(stage.names()).toEqual(["b", "c"]);
  expect(stage.call("c").parameters).toEqual({ x: 1 });
  stage.call("c").succeed(2);
  stage.call("d").succeed(3);
  expect(outcome.isOver).toBe(false);
  stage.call("b").succeed(4);
  expect(outcome.result).toMatchObject({ status: 200, body: { a: 1, b: 4, c: 2, d: 3 }, isComplete: true });
  const ends = events
    .filter(({ kind }) => kind === "step-ended")
    .map((event) => "step" in event && event.step);
  expect(ends).toEqual(["a", "c", "d", "b"]);
});

test("a write keeps its place: after all that stands above it, before all that stands below it", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
      - { name: w, type: stage, operation: write }
      - { name: c, type: stage, operation: c }
      - { name: w2, type: stage, operation: write2 }
  `);
  const { outcome } = await run();
  stage.call("b").succeed(1);
  expect(stage.names()).toEqual(["a"]);
  stage.call("a").succeed(1);
  expect(stage.names()).toEqual(["write"]);
  stage.call("write").succeed(1);
  expect(stage.names()).toEqual(["c"]);
  stage.call("c").succeed(1);
  stage.call("write2").succeed(1);
  expect(outcome.result?.status).toBe(200);
});

test("a write may use a read listed below it, which then does not wait for the write", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: w, type: stage, operation: write, params: { x: $b } }
      - { name: b, type: stage, operation: b }
    response_mapping: $w
  `);
  const { outcome } = await run();
  expect(stage.names()).toEqual(["b"]);
  stage.call("b").succeed(5);
  expect(stage.call("write").parameters).toEqual({ x: 5 });
  stage.call("write").succeed("written");
  expect(outcome.result?.body).toBe("written");
});

test("a false condition is decided as soon as its own references are done", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: a }
      - { name: b, type: stage, operation: b }
      - { name: c, type: stage, operation: c, condition: $a > 1, params: { x: $b } }
      - { name: d, type: stage, operation: d, params: { x: $c } }
  `);
  await run();
  stage.call("a").succeed(1);
  expect(stage.names()).toEqual(["b", "d"]);
  expect(stage.call("d").parameters).toEqual({ x: null });
});

test("an endpoint without steps answers plain values, later than start returns", async () => {
  const { run } = await stagedEndpoint(`
    response_mapping: { hello: world, at: $system.method }
  `);
  const { outcome } = await run();
  expect(outcome.result?.body).toEqual({ hello: "world", at: "GET" });
});

test("a computed step runs once for all who use it", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: id, type: value, value: "{{ uuid() }}" }
      - { name: a, type: stage, operation: a, params: { x: $id } }
      - { name: b, type: stage, operation: b, params: { x: $id } }
  `);
  await run();
  expect(stage.call("a").parameters["x"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(stage.call("a").parameters["x"]).toBe(stage.call("b").parameters["x"]);
});

test("a writing endpoint without a body answers 204", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: w, type: stage, operation: write }
    response_mapping: null
  `);
  const { outcome } = await run();
  stage.call("write").succeed({ affected_rows: 1 });
  await settled();
  expect(outcome.result).toMatchObject({ status: 204, body: null });
});
