import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { Stage } from "./staged-source.js";
import { settled } from "./virtual-clock.js";

const items = (keys: string) => `
  timeout: 10s
  request: { query_params: { ids: { type: array, items: { type: integer } } } }
  data_sources:
    - { name: a, type: stage, operation: one, for_each: $request.ids, params: { x: $item }, ${keys} }
  response_mapping: { a: $a, items: $meta.a.items }
`;
const ids = (...all: number[]) => ({ query: { ids: all.map(String) } });
const answers = (...all: readonly (readonly [number, string])[]) => all.map(([x, value]) => ({ x, value }));

test("the items of a list are one call, and each gets what is its own", async () => {
  const { stage, run } = await stagedEndpoint(items("max_items: 10"));
  const { outcome, events } = await run(ids(3, 1, 3, 2));
  expect(stage.names()).toEqual(["one (many)"]);
  expect(stage.waiting[0]!.parameters).toEqual({ xs: [3, 1, 2], y: null });
  stage.waiting[0]!.succeed(answers([1, "one"], [3, "three"]), { status: 203 });
  expect(outcome.result?.body).toMatchObject({ a: ["three", "one", "three", null] });
  expect(outcome.result?.body).toMatchObject({ items: [{ status: "ok", http_status: 203 }, {}, {}, {}] });
  expect(events.filter(({ kind }) => kind === "call-started").length).toBe(1);
});

test("more keys than fit are several calls, so many at a time", async () => {
  const { stage, run } = await stagedEndpoint(items("max_concurrency: 1"));
  const { outcome } = await run(ids(1, 2, 3, 4, 5, 6, 7));
  expect(stage.waiting.map(({ parameters }) => parameters["xs"])).toEqual([[1, 2, 3]]);
  stage.waiting[0]!.succeed(answers([1, "1"], [2, "2"], [3, "3"]));
  await settled();
  expect(stage.waiting.map(({ parameters }) => parameters["xs"])).toEqual([[4, 5, 6]]);
  stage.waiting[0]!.succeed([]);
  await settled();
  expect(stage.waiting.map(({ operation, parameters }) => [operation, parameters])).toEqual([
    ["one", { x: 7 }],
  ]);
  stage.waiting[0]!.succeed("7");
  expect(outcome.result?.body).toMatchObject({ a: ["1", "2", "3", null, null, null, "7"] });
});

test("a failed call fails each item, and each has its own fallback", async () => {
  const { stage, run } = await stagedEndpoint(items("on_error: { value: $item }"));
  const { outcome } = await run(ids(1, 2));
  stage.waiting[0]!.fail();
  await settled();
  expect(outcome.result).toMatchObject({ isComplete: false, body: { a: [1, 2] } });
});

test.each([
  ["too many rows", failure("TOO_MANY_ROWS", { limit: 1 })],
  [
    "a status that speaks of what was asked",
    failure("SOURCE_FAILED", { status: 404 }, { upstreamStatus: 404 }),
  ],
])("after %s the calls are made one by one, and only the one at fault fails", async (_, error) => {
  const { stage, run } = await stagedEndpoint(items("on_error: { value: none }"));
  const { outcome } = await run(ids(1, 2));
  stage.waiting[0]!.fail(error);
  await settled();
  expect(stage.names()).toEqual(["one", "one"]);
  stage.waiting[0]!.fail(error);
  stage.waiting[0]!.succeed("two");
  await settled();
  expect(outcome.result?.body).toMatchObject({ a: ["none", "two"] });
});

test("an item that the answer leaves open is asked for by itself", async () => {
  const { stage, run } = await stagedEndpoint(items("max_items: 10"));
  const { outcome } = await run(ids(1, 2));
  stage.waiting[0]!.succeed([{ x: 1, value: "one" }, { x: 2 }]);
  await settled();
  expect(stage.waiting.map(({ parameters }) => parameters)).toEqual([{ x: 2 }]);
  stage.waiting[0]!.succeed("two");
  expect(outcome.result?.body).toMatchObject({ a: ["one", "two"] });
});

test("items that are left to themselves are not all asked for at once", async () => {
  const { stage, run } = await stagedEndpoint(items("max_concurrency: 16"));
  await run(ids(...Array.from({ length: 48 }, (_, index) => index + 1)));
  expect(stage.waiting.length).toBe(16);
  for (const call of [...stage.waiting]) call.fail(failure("TOO_MANY_ROWS", { limit: 1 }));
  await settled();
  expect(stage.names()).toEqual(Array(16).fill("one"));
  stage.waiting[0]!.succeed(1);
  await settled();
  expect(stage.waiting.length).toBe(16);
});

test("an answer that cannot be read fails the step", async () => {
  const { stage, run } = await stagedEndpoint(items("max_items: 10"));
  const { outcome } = await run(ids(1, 2));
  stage.waiting[0]!.succeed("no list");
  await settled();
  expect(outcome.error?.code).toBe("SOURCE_REPLY_INVALID");
});

test("steps that ask the same operation at the same time share a call; each has its own time", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 10s
    data_sources:
      - { name: a, type: stage, operation: one, params: { x: 1 }, timeout: 100ms, on_error: { value: late } }
      - { name: b, type: stage, operation: one, params: { x: 2 }, timeout: 5s }
    response_mapping: [$a, $b]
  `);
  const { outcome } = await run();
  expect(stage.names()).toEqual(["one (many)"]);
  expect(stage.waiting[0]!.context.deadlineMs).toBe(5_000);
  await clock.advance(100);
  stage.waiting[0]!.succeed(answers([1, "one"], [2, "two"]));
  expect(outcome.result?.body).toEqual(["late", "two"]);
});

test("calls that pass something else beside the key do not share", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: a, type: stage, operation: one, params: { x: 1, y: de } }
      - { name: b, type: stage, operation: one, params: { x: 2, y: en } }
      - { name: c, type: stage, operation: one, params: { x: 3, y: en } }
    response_mapping: [$a, $b, $c]
  `);
  await run();
  expect(stage.waiting.map(({ parameters }) => parameters)).toEqual([
    { x: 1, y: "de" },
    { xs: [2, 3], y: "en" },
  ]);
});

test("a call ends when nobody waits for it any more, and not before", async () => {
  const { stage, clock, run } = await stagedEndpoint(`
    timeout: 10s
    data_sources:
      - { name: a, type: stage, operation: one, params: { x: 1 }, timeout: 100ms, on_error: { value: null } }
      - { name: b, type: stage, operation: one, params: { x: 2 }, timeout: 200ms, on_error: { value: null } }
    response_mapping: [$a, $b]
  `);
  await run();
  await clock.advance(100);
  expect(stage.names()).toEqual(["one (many)"]);
  await clock.advance(100);
  expect(stage.names()).toEqual([]);
  expect(stage.log.at(-1)).toBe("one (many) is cancelled");
});

test("one who hangs up ends all of its own, those that wait for their turn too", async () => {
  const { stage, run } = await stagedEndpoint(items("max_concurrency: 16"));
  const { cancel } = await run(ids(...Array.from({ length: 24 }, (_, index) => index + 1)));
  for (const call of [...stage.waiting]) call.fail(failure("TOO_MANY_ROWS", { limit: 1 }));
  await settled();
  expect(stage.waiting.length).toBe(16);
  cancel();
  await settled();
  expect(stage.waiting.length).toBe(0);
});

test("a source whose calls have answers of their own only is asked one by one", async () => {
  const stage = new Stage();
  stage.isUnbatched = true;
  const { run } = await stagedEndpoint(items("max_items: 10"), {}, "", stage);
  await run(ids(1, 2));
  expect(stage.names()).toEqual(["one", "one"]);
});

test("an operation that writes is never batched, whatever its form says", async () => {
  const { stage, run } = await stagedEndpoint(items("effect: write"));
  await run(ids(1, 2));
  expect(stage.names()).toEqual(["one"]);
});

test("kept values are not asked for again", async () => {
  const { stage, run } = await stagedEndpoint(items("cache: { ttl: 1m }"));
  await run(ids(1, 2));
  stage.waiting[0]!.succeed(answers([1, "one"], [2, "two"]));
  await settled();
  await run(ids(2, 3, 4));
  expect(stage.waiting.map(({ parameters }) => parameters["xs"])).toEqual([[3, 4]]);
});

test("steps in a transaction make their own calls, one after another", async () => {
  const { stage, run } = await stagedEndpoint(`
    transaction: { source: default }
    request: { body: { type: array, items: { type: integer } } }
    data_sources:
      - { name: a, type: stage, operation: one, for_each: $request.body, params: { x: $item } }
      - { name: w, type: stage, operation: write, params: { x: $a } }
    response_mapping: $a
  `);
  await run({ body: [1, 2] });
  expect(stage.names()).toEqual(["one"]);
  stage.waiting[0]!.succeed("one");
  await settled();
  expect(stage.waiting.map(({ operation, parameters }) => [operation, parameters])).toEqual([
    ["one", { x: 2 }],
  ]);
});
