import { expect, test } from "vitest";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const items = (keys: string) => `
  request: { query_params: { ids: { type: array, items: { type: integer } } } }
  data_sources:
    - { name: a, type: stage, for_each: $request.ids, params: { x: $item }, ${keys} }
  response_mapping: { a: $a, items: $meta.a.items }
`;

test("reads run so many at a time, and results keep the order of the list", async () => {
  const { stage, run } = await stagedEndpoint(items("operation: a, max_concurrency: 2"));
  const { outcome } = await run({ query: { ids: ["1", "2", "3"] } });
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual([1, 2]);
  stage.waiting[1]!.succeed("two");
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual([1, 3]);
  stage.waiting[1]!.succeed("three");
  stage.waiting[0]!.succeed("one");
  expect(outcome.result?.body).toMatchObject({ a: ["one", "two", "three"] });
});

test("writes run one by one in order", async () => {
  const { stage, run } = await stagedEndpoint(items("operation: write"));
  await run({ query: { ids: ["1", "2"] } });
  expect(stage.names()).toEqual(["write"]);
  stage.call("write").succeed(1);
  expect(stage.call("write").parameters).toEqual({ x: 2 });
});

test("condition and on_error are per item", async () => {
  const { stage, run } = await stagedEndpoint(
    items("operation: a, condition: $item != 2, on_error: { value: $item }"),
  );
  const { outcome } = await run({ query: { ids: ["1", "2", "3"] } });
  stage.waiting[0]!.fail();
  stage.waiting[0]!.succeed("three");
  await settled();
  expect(outcome.result).toMatchObject({
    isComplete: false,
    body: { a: [1, null, "three"], items: [{ status: "fallback" }, { status: "skipped" }, { status: "ok" }] },
  });
});

test("a failed item without a fallback fails the step and cancels the others", async () => {
  const { stage, run } = await stagedEndpoint(items("operation: a"));
  const { outcome } = await run({ query: { ids: ["1", "2"] } });
  stage.waiting[0]!.fail();
  await settled();
  expect(outcome.error?.problem).toMatchObject({ code: "SOURCE_FAILED", step: "a" });
  expect(stage.log.at(-1)).toBe("a is cancelled");
});

test("null is an empty list; anything else that is no list fails", async () => {
  const empty = await stagedEndpoint(items("operation: a"));
  const { outcome } = await empty.run();
  expect(outcome.result?.body).toMatchObject({ a: [] });

  const wrong = await stagedEndpoint(`
    data_sources:
      - { name: b, type: stage, operation: b }
      - { name: a, type: stage, for_each: $b, operation: a }
    response_mapping: $a
  `);
  const second = await wrong.run();
  wrong.stage.call("b").succeed({ no: "list" });
  await settled();
  expect(second.outcome.error?.code).toBe("LIST_EXPECTED");
});

test("more than max_items fails: the caller's fault where the list is the caller's own", async () => {
  const { run } = await stagedEndpoint(items("operation: a, max_items: 1"));
  const { outcome } = await run({ query: { ids: ["1", "2"] } });
  await settled();
  expect(outcome.error?.problem).toMatchObject({ code: "TOO_MANY_ITEMS", callersOwn: true });
});

test("items that hang are given up with their fallback before the deadline", async () => {
  const { stage, clock, run } = await stagedEndpoint(
    `timeout: 1s\n${items("operation: a, on_error: { value: late }").trim()}`.replace(/\n {2}/g, "\n"),
  );
  const { outcome } = await run({ query: { ids: ["1", "2"] } });
  stage.waiting[0]!.succeed("one");
  await clock.advance(950);
  expect(outcome.result?.body).toMatchObject({ a: ["one", "late"] });
});

test("equal items are asked once", async () => {
  const { stage, run } = await stagedEndpoint(items("operation: a"));
  const { outcome } = await run({ query: { ids: ["7", "7", "8"] } });
  expect(stage.names()).toEqual(["a", "a"]);
  stage.waiting[0]!.succeed("seven");
  stage.waiting[0]!.succeed("eight");
  await settled();
  expect(outcome.result?.body).toMatchObject({ a: ["seven", "seven", "eight"] });
});
