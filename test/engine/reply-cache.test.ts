import { expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { stagedEndpoint, type StagedEndpoint, type StagedRun } from "./staged-service.js";
import { settled } from "./virtual-clock.js";

const endpoint = (cache: string, more = "") => `
  timeout: 10s
  request: { query_params: { x: {}, y: {} } }
  cache: { ${cache} }
  data_sources:
    - { name: a, type: stage, operation: a, params: { x: $request.x }${more} }
  not_found: "false"
  response_mapping: { value: $a }
`;

const answered = async (it: StagedEndpoint, value: string | null): Promise<void> => {
  it.stage.call("a").succeed(value);
  await settled();
};
const valueOf = ({ outcome }: StagedRun) => (outcome.result?.body as { value: unknown } | undefined)?.value;

test("a reply is kept for its ttl, and nothing runs meanwhile", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const first = await it.run();
  await answered(it, "one");
  await it.clock.advance(4_999);
  const second = await it.run();
  expect(it.stage.names()).toEqual([]);
  expect([first, second].map(valueOf)).toEqual(["one", "one"]);
  expect(first.outcome.result?.kept).toMatchObject({ freshMs: 5_000 });
  expect(second.outcome.result?.kept).toMatchObject({ freshMs: 1 });
  expect(second.outcome.result?.kept?.etag).toBe(first.outcome.result?.kept?.etag);
  expect(second.events.map(({ kind }) => kind)).toEqual(["execution-started", "execution-ended"]);
  await it.clock.advance(1);
  const third = await it.run();
  await answered(it, "two");
  expect(valueOf(third)).toBe("two");
  expect(it.clock.pending).toBe(0);
});

test("only what the plan reads of the request tells replies apart", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  await it.run({ query: { x: "1", y: "1" } });
  await answered(it, "one");
  expect(valueOf(await it.run({ query: { x: "1", y: "2" } }))).toBe("one");
  await it.run({ query: { x: "2", y: "1" } });
  expect(it.stage.names()).toEqual(["a"]);
});

test("a key written by hand stands for what it names, and the rest is ignored where that is said", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, key: $request.x == null, key_ignores: []"));
  await it.run({ query: { x: "1" } });
  await answered(it, "one");
  expect(valueOf(await it.run({ query: { x: "2" } }))).toBe("one");
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
  const ignoring = await stagedEndpoint(endpoint("ttl: 5s, key_ignores: [$request.x]"));
  await ignoring.run({ query: { x: "1" } });
  await answered(ignoring, "one");
  expect(valueOf(await ignoring.run({ query: { x: "2" } }))).toBe("one");
});

test("a key whose expression fails fails the request", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, key: $request.x.toFixed(2)"));
  const run = await it.run({ query: { x: "1" } });
  expect(run.outcome).toMatchObject({ isOver: true, error: { code: "EXPRESSION_FAILED" } });
  expect(it.stage.names()).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test("equal requests are one run, and each gets the reply", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const runs = [await it.run(), await it.run(), await it.run()];
  expect(it.stage.names()).toEqual(["a"]);
  await answered(it, "one");
  expect(runs.map(valueOf)).toEqual(["one", "one", "one"]);
});

test("the run goes on when the one who began it hangs up, and ends when nobody waits", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const leader = await it.run();
  const other = await it.run();
  leader.cancel();
  await settled();
  expect(leader.outcome.error?.code).toBe("REQUEST_CANCELLED");
  await answered(it, "one");
  expect(valueOf(other)).toBe("one");
  expect(leader.events.at(-1)).toMatchObject({
    kind: "execution-ended",
    error: { code: "REQUEST_CANCELLED" },
  });
  await it.service.purge!();
  const alone = await it.run();
  alone.cancel();
  await settled();
  expect(it.stage.names()).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test("each request has a deadline of its own: that of the first fails nobody else", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const leader = await it.run();
  await it.clock.advance(6_000);
  const other = await it.run();
  await it.clock.advance(4_000);
  expect(leader.outcome.error?.code).toBe("ENDPOINT_TIMED_OUT");
  expect(other.outcome.isOver).toBe(false);
  await it.clock.advance(5_000);
  await answered(it, "one");
  expect(valueOf(other)).toBe("one");
  expect(it.clock.pending).toBe(0);
});

test("a run for which all have given up is over", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const leader = await it.run();
  await it.clock.advance(6_000);
  const other = await it.run();
  await it.clock.advance(10_000);
  expect([leader, other].map(({ outcome }) => outcome.error?.code)).toEqual([
    "ENDPOINT_TIMED_OUT",
    "ENDPOINT_TIMED_OUT",
  ]);
  expect(it.stage.names()).toEqual([]);
  expect(it.clock.pending).toBe(0);
});

test("a failure fails all who wait, and is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s"));
  const runs = [await it.run(), await it.run()];
  it.stage.call("a").fail();
  await settled();
  expect(runs.map(({ outcome }) => outcome.error?.code)).toEqual(["SOURCE_FAILED", "SOURCE_FAILED"]);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("an incomplete reply is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s", ", on_error: { value: none }"));
  const first = await it.run();
  it.stage.call("a").fail();
  await settled();
  expect(first.outcome.result).toMatchObject({ body: { value: "none" }, isComplete: false });
  expect(first.outcome.result?.kept).toBe(undefined);
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("a reply with a stale value is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s", ", cache: { ttl: 1s, stale_while_revalidate: 1m }"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  const stale = await it.run();
  expect(stale.outcome.result).toMatchObject({ headers: [["Age", "6"]], isStale: true });
  expect(stale.outcome.result?.kept).toBe(undefined);
  await answered(it, "two");
  expect(valueOf(await it.run())).toBe("two");
});

test("not found is an answer that is not kept", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_if_error: 1m").replace('"false"', "$a == null"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  const gone = await it.run();
  await answered(it, null);
  expect(gone.outcome.error?.code).toBe("NOT_FOUND");
});

test.each(["404", "302"])("a reply whose computed status is %s", async (status) => {
  const it = await stagedEndpoint(`${endpoint("ttl: 5s")}  response_status: ${status}\n`);
  await it.run();
  await answered(it, "one");
  await it.run();
  expect(it.stage.names()).toEqual(status === "302" ? [] : ["a"]);
});

test("a reply that sets a cookie is not kept", async () => {
  const it = await stagedEndpoint(`${endpoint("ttl: 5s")}  response_headers: { Set-Cookie: $a }\n`);
  await it.run();
  await answered(it, "a=1");
  await it.run();
  expect(it.stage.names()).toEqual(["a"]);
});

test("a stale reply is given while one new one is made, for which nobody waits", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_while_revalidate: 10s"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(7_000);
  const stale = await it.run();
  await it.run();
  expect(stale.outcome.result).toMatchObject({
    body: { value: "one" },
    headers: [["Age", "7"]],
    isStale: true,
    isComplete: true,
    kept: { freshMs: 0 },
  });
  expect(stale.events.map(({ kind }) => kind)).toEqual(["execution-started", "execution-ended"]);
  expect(it.stage.names()).toEqual(["a"]);
  await answered(it, "two");
  expect(valueOf(await it.run())).toBe("two");
  expect(it.clock.pending).toBe(0);
});

test("an old reply stands in for a source that fails, or that hangs until the end of the time", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_if_error: 1h"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  const lost = await it.run();
  it.stage.call("a").fail(failure("SOURCE_CONNECTION_LOST", {}));
  await settled();
  expect(lost.outcome.result).toMatchObject({ body: { value: "one" }, headers: [["Age", "6"]] });
  const hanging = await it.run();
  await it.clock.advance(9_500);
  expect(hanging.outcome.result).toMatchObject({ body: { value: "one" }, isStale: true });
  expect(it.clock.pending).toBe(0);
});

test.each([
  ["that the source refuses", failure("SOURCE_FAILED", {}, { upstreamStatus: 403 })],
  ["in an expression", failure("EXPRESSION_FAILED", { reason: "it" })],
])("an old reply does not hide a failure %s", async (_what, error) => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, stale_if_error: 1h"));
  await it.run();
  await answered(it, "one");
  await it.clock.advance(6_000);
  const run = await it.run();
  it.stage.call("a").fail(error);
  await settled();
  expect(run.outcome.error?.code).toBe(error.code);
});

test("a purge of a tag, its own or one of a value in it, drops the reply", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, tags: [own]", ", cache: { ttl: 1ms, tags: [value] }"));
  for (const tag of ["own", "value", undefined]) {
    await it.run();
    await answered(it, "one");
    expect(valueOf(await it.run())).toBe("one");
    await it.service.purge!(tag === undefined ? undefined : [tag]);
    await it.clock.advance(1);
    await it.run();
    expect(it.stage.names()).toEqual(["a"]);
    await answered(it, "two");
    await it.service.purge!();
    await it.clock.advance(1);
  }
});

test("a run that began before a purge is neither kept after it nor joined", async () => {
  const it = await stagedEndpoint(endpoint("ttl: 5s, tags: [own]"));
  const before = await it.run();
  await it.service.purge!(["own"]);
  const after = await it.run();
  expect(it.stage.names()).toEqual(["a", "a"]);
  it.stage.call("a").succeed("old");
  await settled();
  it.stage.call("a").succeed("new");
  await settled();
  expect([before, after].map(valueOf)).toEqual(["old", "new"]);
  expect(valueOf(await it.run())).toBe("new");
});
