import { expect, test } from "vitest";
import { errorOf } from "../../conformance/source-conformance.js";
import { openApi } from "./open-api.js";

const yaml = `
base_url: http://nowhere.invalid
operations:
  plain: { path: /, mock: { body: { score: 700, text: "$not.evaluated {{ nor.this }}" } } }
  selected: { path: /, select: $response.body.score, mock: { body: { score: 700 } } }
  with_header: { path: /, select: $response.headers.x-a, mock: { headers: { X-A: "1" } } }
  text: { path: /, response_type: text, mock: { body: "a,b" } }
  json_text: { path: /, mock: { body: "a,b" } }
  empty: { path: /, mock: {} }
  null_body: { path: /, mock: { body: null } }
  failing: { path: /, mock: { status: 503, headers: { Retry-After: "2" } } }
  missing_thing: { path: /, empty_on: 404, mock: { status: 404, body: gone } }
  slow: { path: /, mock: { delay: 60ms, body: 1 } }
  with_id: { path: "/{id}", mock: { body: 1 } }
  none: { path: / }
`.replace("$response.headers.x-a", `"{{ $response.headers['x-a'] }}"`);

test("a mock goes the way of a real answer", async () => {
  const { value, reply } = await openApi(yaml, { isMocked: true });
  expect(await value("plain")).toEqual({ score: 700, text: "$not.evaluated {{ nor.this }}" });
  expect(await value("selected")).toBe(700);
  expect(await value("with_header")).toBe("1");
  expect(await value("text")).toBe("a,b");
  expect(await value("json_text")).toBe("a,b");
  expect(await value("empty")).toBeNull();
  expect(await value("null_body")).toBeNull();
  expect(await value("missing_thing")).toBeNull();
  expect((await reply("plain")).status).toBe(200);
});

test("a mock can fail", async () => {
  const { reply } = await openApi(yaml, { isMocked: true });
  const { code, problem } = await errorOf(reply("failing"));
  expect(code).toBe("SOURCE_UNAVAILABLE");
  expect(problem).toMatchObject({ upstreamStatus: 503, retryAfterMs: 2_000 });
});

test("a mock can take its time, and be given up", async () => {
  const { value, watch } = await openApi(yaml, { isMocked: true });
  const call = watch("slow");
  call.cancel();
  const startMs = performance.now();
  expect(await value("slow")).toBe(1);
  expect(performance.now() - startMs).toBeGreaterThan(50);
  expect(call.told).toEqual([]);
});

test("parameters are checked as for a real request", async () => {
  const { reply } = await openApi(yaml, { isMocked: true });
  expect((await errorOf(reply("with_id", { id: ".." }))).code).toBe("PARAMETER_INVALID");
  expect((await errorOf(reply("with_id"))).code).toBe("PARAMETER_NULL");
});

test("an operation without a mock fails", async () => {
  const { reply, source } = await openApi(yaml, { isMocked: true });
  expect((await errorOf(reply("none"))).code).toBe("MOCK_MISSING");
  await expect(source.probe()).resolves.toBeUndefined();
});

test("mocks have no effect on a service that runs without them", async () => {
  const { reply, source } = await openApi(yaml);
  expect((await errorOf(reply("plain"))).code).toBe("SOURCE_UNREACHABLE");
  await source.close();
});
