import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = `
  timeout: 1s
  request: { query_params: { x: {} } }
  data_sources:
    - { name: a, type: stage, operation: a, params: { x: $request.x } }
  response_mapping: $a
`;
const two = "max_concurrency: 2\nmax_queue: 1";

test("so many calls run, so many wait in order, and the next is refused at once", async () => {
  const { stage, run } = await stagedEndpoint(endpoint, {}, two);
  const runs = [];
  for (const x of ["1", "2", "3", "4"]) runs.push(await run({ query: { x } }));
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual(["1", "2"]);
  expect(runs[3]!.outcome.error?.problem).toMatchObject({ code: "SOURCE_BUSY", wasSent: false });
  expect(runs[3]!.outcome.error?.problem.retryAfterMs).toBeGreaterThan(0);
  stage.call("a").succeed("first");
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual(["2", "3"]);
});

test("a call that waits is given up by its deadline, and never reaches the source", async () => {
  const { stage, clock, run } = await stagedEndpoint(
    `
      data_sources:
        - { name: a, type: stage, operation: a }
        - { name: b, type: stage, operation: b, timeout: 300ms, on_error: { value: late } }
    `,
    {},
    "max_concurrency: 1",
  );
  const { outcome } = await run();
  await clock.advance(300);
  stage.call("a").succeed("in time");
  await settled();
  expect(outcome.result?.body).toEqual({ a: "in time", b: "late" });
  expect(stage.log).toEqual(["a starts", "a succeeds"]);
  expect(clock.pending).toBe(0);
});

test("a caller who hangs up leaves the queue, and one who runs gives the place on", async () => {
  const { stage, service, run } = await stagedEndpoint(endpoint, {}, two);
  const runs = [];
  for (const x of ["1", "2", "3"]) runs.push(await run({ query: { x } }));
  runs[2]!.cancel();
  expect(service.sourceConditions!()).toMatchObject([{ running: 2, waiting: 0 }]);
  await run({ query: { x: "4" } });
  runs[0]!.cancel();
  await settled();
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual(["2", "4"]);
  expect(service.sourceConditions!()).toMatchObject([{ running: 2, waiting: 0 }]);
});

test("100 items of a list call the source no more than `max_concurrency` at a time", async () => {
  const { stage, run } = await stagedEndpoint(
    `
      request: { body: { type: array } }
      data_sources:
        - name: a
          type: stage
          operation: a
          for_each: $request.body
          max_concurrency: 50
          params: { x: $item }
      response_mapping: $a
    `,
    {},
    "max_concurrency: 7\nmax_queue: 100",
  );
  const items = Array.from({ length: 100 }, (_, number) => number);
  const { outcome } = await run({ body: items });
  let most = 0;
  while (stage.waiting.length > 0) {
    most = Math.max(most, stage.waiting.length);
    const [call] = stage.waiting;
    call!.succeed(call!.parameters["x"]!);
    await settled();
  }
  expect(most).toBe(7);
  expect(outcome.result?.body).toEqual(items);
});

test("a caller who hangs up between two attempts gives no place up twice", async () => {
  const { stage, clock, service, run } = await stagedEndpoint(
    endpoint,
    {},
    "max_concurrency: 1\nretry: { attempts: 2, backoff: { base: 100ms, max: 100ms } }\ncircuit_breaker: {}",
  );
  const leaving = await run({ query: { x: "1" } });
  stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  leaving.cancel();
  await settled();
  expect(service.sourceConditions!()).toMatchObject([{ running: 0, waiting: 0 }]);
  await run({ query: { x: "2" } });
  await run({ query: { x: "3" } });
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual(["2"]);
  await clock.advance(1_000);
  expect(service.sourceConditions!()).toMatchObject([{ running: 0, waiting: 0 }]);
});
