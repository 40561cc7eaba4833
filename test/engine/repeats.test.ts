import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const retried = (operation: string) => `
  data_sources:
    - { name: a, type: stage, operation: ${operation}, retry: { attempts: 3, when: [connect, reset, 503] } }
  response_mapping: $a
`;

test("a read is repeated after the failures that the policy names, with the same parameters", async () => {
  const { stage, clock, run } = await stagedEndpoint(retried("a"));
  const { outcome } = await run();
  stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await clock.advance(1_000);
  stage.call("a").fail(failure("SOURCE_UNAVAILABLE", {}, { upstreamStatus: 503 }));
  await clock.advance(1_000);
  stage.call("a").succeed("third time");
  expect(outcome.result).toMatchObject({ body: "third time", isComplete: true });
});

test("attempts end, and other failures are not repeated", async () => {
  const { stage, clock, run } = await stagedEndpoint(retried("a"));
  const first = await run();
  for (let attempt = 0; attempt < 3; attempt++) {
    stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
    await clock.advance(1_000);
  }
  expect(first.outcome.error?.code).toBe("SOURCE_CONNECTION_LOST");
  const second = await run();
  stage.call("a").fail(failure("SOURCE_FAILED", {}, { upstreamStatus: 500 }));
  await settled();
  expect(second.outcome.error?.code).toBe("SOURCE_FAILED");
});

test("Retry-After is obeyed, and a wait past the deadline fails at once", async () => {
  const { stage, clock, run } = await stagedEndpoint(
    `timeout: 5s\n${retried("a").trim()}`.replace(/\n {2}/g, "\n"),
  );
  const { outcome } = await run();
  stage.call("a").fail(failure("SOURCE_UNAVAILABLE", {}, { upstreamStatus: 503, retryAfterMs: 2_000 }));
  await clock.advance(1_999);
  expect(stage.names()).toEqual([]);
  await clock.advance(1);
  stage.call("a").fail(failure("SOURCE_UNAVAILABLE", {}, { upstreamStatus: 503, retryAfterMs: 60_000 }));
  await settled();
  expect(outcome.error?.problem.retryAfterMs).toBe(60_000);
});

test("a write is repeated only when nothing was sent", async () => {
  const { stage, clock, run } = await stagedEndpoint(retried("write"));
  const first = await run();
  stage.call("write").fail(failure("SOURCE_UNREACHABLE", {}, { wasSent: false }));
  await clock.advance(1_000);
  stage.call("write").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(first.outcome.error?.code).toBe("SOURCE_CONNECTION_LOST");
  expect(stage.log).toEqual(["write starts", "write fails", "write starts", "write fails"]);
});

test("a write that is idempotent is repeated like a read", async () => {
  const { stage, clock, run } = await stagedEndpoint(retried("pay"));
  const { outcome } = await run();
  stage.call("pay").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await clock.advance(1_000);
  stage.call("pay").succeed("paid");
  expect(outcome.result?.body).toBe("paid");
});

test("equal reads of one request run once between two writes", async () => {
  const { stage, run } = await stagedEndpoint(`
    data_sources:
      - { name: one, type: stage, operation: a, params: { x: 1 } }
      - { name: same, type: stage, operation: a, params: { x: 1 } }
      - { name: other, type: stage, operation: a, params: { x: 2 } }
      - { name: w, type: stage, operation: write }
      - { name: again, type: stage, operation: a, params: { x: 1 } }
  `);
  const { outcome } = await run();
  expect(stage.waiting.map(({ parameters }) => parameters["x"])).toEqual([1, 2]);
  stage.call("a").succeed("first");
  stage.call("a").succeed("second");
  await settled();
  stage.call("write").succeed(null);
  expect(stage.names()).toEqual(["a"]);
  stage.call("a").succeed("third");
  await settled();
  expect(outcome.result?.body).toMatchObject({
    one: "first",
    same: "first",
    other: "second",
    again: "third",
  });
});
