import { afterEach, expect, test } from "vitest";
import { failure } from "../../src/problems/orchestrator-error.js";
import { fakeService, type FakeEndpoint } from "./fake-service.js";
import { startFake, type Started } from "./start-fake.js";

let started: Started | undefined;
afterEach(() => started?.stop());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

async function serve(endpoint: Partial<FakeEndpoint>, config: Parameters<typeof fakeService>[1] = {}) {
  const service = fakeService([{ id: "things.get", path: "/thing", ...endpoint }], config);
  started = await startFake(service);
  const ask = (init?: RequestInit) => fetch(`${started!.url}/orchestrator/thing`, init);
  return { service, ask, lines: started.lines };
}

test("a reply has its body, its status and its headers", async () => {
  const { ask, service } = await serve({
    answer: () => ({ status: 201, body: { id: 7, name: "Ünï" }, headers: [["location", "/thing/7"]] }),
  });
  const reply = await ask();
  expect(reply.status).toBe(201);
  expect(await reply.json()).toEqual({ id: 7, name: "Ünï" });
  expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(reply.headers.get("location")).toBe("/thing/7");
  expect(reply.headers.get("x-orchestrator-complete")).toBe("true");
  expect(reply.headers.get("x-execution-id")).toMatch(uuid);
  expect(reply.headers.get("x-execution-id")).toBe(service.started[0]!.executionId);
  expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  expect(reply.headers.get("x-powered-by")).toBeNull();
  expect(reply.headers.get("server-timing")).toBeNull();
  expect(service.started[0]!.listener).toBeUndefined();
});

test("an incomplete reply says so", async () => {
  const { ask } = await serve({ answer: () => ({ body: {}, isComplete: false }) });
  expect((await ask()).headers.get("x-orchestrator-complete")).toBe("false");
});

test("204 has no body and no content type", async () => {
  const { ask } = await serve({ answer: () => ({ status: 204, body: null }) });
  const reply = await ask();
  expect(reply.status).toBe(204);
  expect(await reply.text()).toBe("");
  expect(reply.headers.get("content-type")).toBeNull();
});

test.each([
  ["a header that would split the reply", { headers: [["x-a", "1\r\nset-cookie: a=b"]] as const }],
  ["a header with a name that is none", { headers: [["x a", "1"]] as const }],
  ["a header that says where the reply ends", { headers: [["Content-Length", "1"]] as const }],
  ["a status that is none", { status: 99 }],
  ["a body that JSON cannot say", { body: 1n as unknown as null }],
])("%s is a fault of the service, written down under its id", async (_what, answer) => {
  const { ask, lines } = await serve({ answer: () => answer });
  const reply = await ask();
  expect(reply.status).toBe(500);
  const id = reply.headers.get("x-execution-id");
  expect(await reply.json()).toMatchObject({ code: "INTERNAL", execution_id: id });
  expect(lines.find((line) => line["level"] === 50)).toMatchObject({ execution_id: id, code: "INTERNAL" });
});

test("an unexpected throw is INTERNAL to the caller and has its stack in the log alone", async () => {
  const { ask, lines } = await serve({
    answer: () => {
      throw new Error("hunter2");
    },
  });
  const text = await (await ask()).text();
  expect(text).toContain("INTERNAL");
  expect(text).not.toContain("hunter2");
  expect(JSON.stringify(lines)).toContain("hunter2");
});

test("a throw while the request is read is a problem too", async () => {
  const { ask } = await serve({
    readRequest: () => {
      throw failure(
        "REQUEST_INVALID",
        { count: 1 },
        { violations: [{ pointer: "/query/a", message: "is missing" }] },
      );
    },
  });
  const reply = await ask();
  expect(reply.status).toBe(400);
  expect(await reply.json()).toMatchObject({ errors: [{ pointer: "/query/a", detail: "is missing" }] });
  expect(reply.headers.get("x-orchestrator-complete")).toBe("false");
});

test("an upstream that asks for patience is passed on", async () => {
  const { ask } = await serve({
    answer: () => {
      throw failure("SOURCE_UNAVAILABLE", {}, { retryAfterMs: 3_000, step: "credit" });
    },
  });
  const reply = await ask();
  expect(reply.status).toBe(503);
  expect(reply.headers.get("retry-after")).toBe("3");
  expect(await reply.text()).not.toContain("credit");
});

test("a caller's sane request id comes back, and is not the execution's", async () => {
  const { ask, service } = await serve({});
  const reply = await ask({ headers: { "x-request-id": "abc-123" } });
  expect(reply.headers.get("x-request-id")).toBe("abc-123");
  expect(service.started[0]!.requestId).toBe("abc-123");
  expect(service.started[0]!.executionId).toMatch(uuid);
});

test.each(["a b", "é", "x".repeat(129)])("the request id %j is not taken over", async (id) => {
  const { ask, service } = await serve({});
  const reply = await ask({ headers: { "x-request-id": id } });
  expect(reply.headers.get("x-request-id")).toBeNull();
  expect(service.started[0]!.requestId).toBe(service.started[0]!.executionId);
});

test("$system gets the method, the path without its query, and the caller's address", async () => {
  const { service } = await serve({});
  await fetch(`${started!.url}/orchestrator/thing?secret=1`);
  expect(service.started[0]).toMatchObject({
    method: "GET",
    path: "/orchestrator/thing",
    clientIp: "127.0.0.1",
  });
});

test("app.debug shows how long each step took", async () => {
  const answer: FakeEndpoint["answer"] = ({ listener, executionId }) => {
    listener!({ kind: "step-started", executionId, step: "customer", atMs: 10 });
    listener!({ kind: "step-started", executionId, step: "credit", atMs: 11 });
    listener!({ kind: "step-cancelled", executionId, step: "credit", atMs: 12 });
    const ended = { kind: "step-ended", executionId, step: "customer", atMs: 12.3456 } as const;
    listener!({ ...ended, status: "ok", value: 1, error: undefined });
    return { body: 1 };
  };
  const { ask } = await serve({ answer }, { app: { debug: true } });
  expect((await ask()).headers.get("server-timing")).toBe(
    'credit;dur=1;desc="cancelled", customer;dur=2.346;desc="ok"',
  );
});

test("each request is one line, without anything of the caller's data", async () => {
  const { lines } = await serve({});
  await fetch(`${started!.url}/orchestrator/thing?name=hunter2`, {
    headers: { authorization: "Bearer hunter2" },
  });
  await fetch(`${started!.url}/hunter2`);
  await expect.poll(() => lines.length).toBe(2);
  expect(lines[0]).toMatchObject({
    method: "GET",
    route: "/orchestrator/thing",
    status: 200,
    msg: "request",
  });
  expect(lines[0]!["execution_id"]).toBe(lines[0]!["request_id"]);
  expect(lines[0]!["duration_ms"]).toBeGreaterThan(0);
  expect(lines[1]).toMatchObject({ status: 404, code: "ROUTE_NOT_FOUND" });
  expect(lines[1]).not.toHaveProperty("route");
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});
