import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fakeService, type FakeService } from "./fake-service.js";
import {
  parseReply,
  rawExchange,
  requestText,
  startFake,
  type RawReply,
  type Started,
} from "./start-fake.js";

let service: FakeService;
let started: Started;

beforeAll(async () => {
  service = fakeService([
    { id: "customers.get_one", path: "/customers/{customer_id}" },
    { id: "customers.get_profile", path: "/customers/{customer_id}/profile" },
    { id: "customers.create", method: "POST", path: "/customers", body: { type: "object" } },
    { id: "customers.touch", method: "POST", path: "/customers/{customer_id}/touch" },
    { id: "customers.remove", method: "DELETE", path: "/customers/{customer_id}" },
    { id: "files.read", path: "/files/{rest*}" },
    {
      id: "slow.wait",
      path: "/wait",
      answer: () => new Promise((resolve) => setTimeout(() => resolve({ body: "late" }), 400)),
    },
  ]);
  started = await startFake(service, { headersTimeoutMs: 300, requestTimeoutMs: 600, checkEveryMs: 50 });
});
afterAll(() => started.stop());
beforeEach(() => {
  service.cancelled.length = 0;
  service.started.length = 0;
});

async function ask(target: string, more: Parameters<typeof requestText>[1] = {}): Promise<RawReply> {
  return parseReply(await rawExchange(started.port, requestText(target, more)));
}

const json = (body: string) => ({
  method: "POST",
  headers: ["content-type: application/json", `content-length: ${Buffer.byteLength(body)}`],
  body,
});
const create = (body: string) => ask("/orchestrator/customers", json(body));

function expectProblem(reply: RawReply, status: number, code: string): void {
  expect(reply.json).toMatchObject({ status, code, type: `urn:orchestrator-api:problem:${code}` });
  expect(reply.status).toBe(status);
  expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(reply.headers["x-content-type-options"]).toBe("nosniff");
  expect(reply.body).not.toMatch(/node_modules|\.ts:|FST_ERR|at Object/);
}

async function expectAlive(): Promise<void> {
  expect((await ask("/orchestrator/customers/7")).status).toBe(200);
}

describe("paths", () => {
  const pathParams = async (target: string) => {
    const reply = await ask(target);
    expect(reply.status).toBe(200);
    return reply.json["path_params"];
  };

  test.each([
    ["/orchestrator/customers/a%2fb/profile", { customer_id: "a/b" }],
    ["/orchestrator/customers/a%2Fb", { customer_id: "a/b" }],
    ["/orchestrator/customers/%252f", { customer_id: "%2f" }],
    ["/orchestrator/customers/.", { customer_id: "." }],
    ["/orchestrator/customers/..", { customer_id: ".." }],
    ["/orchestrator/customers/%2e%2e/profile", { customer_id: ".." }],
    ["/orchestrator/customers/%27%22;--", { customer_id: "'\";--" }],
    ["/orchestrator/customers/a+b%20c", { customer_id: "a+b c" }],
    ["/orchestrator/customers/%E2%82%AC", { customer_id: "€" }],
    ["/orchestrator/customers/__proto__", { customer_id: "__proto__" }],
    ["/orchestrator/files/a/b%2Fc/..", { rest: "a/b/c/.." }],
    [`/orchestrator/customers/${"x".repeat(4000)}`, { customer_id: "x".repeat(4000) }],
  ])("%s is decoded exactly once", async (target, expected) => {
    expect(await pathParams(target)).toEqual(expected);
  });

  test.each(["%", "%zz", "a%ff", "%E0%A4%A", "%c0%af"])(
    "the broken encoding %s is refused",
    async (segment) => {
      expectProblem(await ask(`/orchestrator/customers/${segment}`), 400, "REQUEST_MALFORMED");
      await expectAlive();
    },
  );

  test.each(["/orchestrator/customers/a%00b", "/orchestrator/customers/7?name=%00"])(
    "%s has a NUL",
    async (target) => {
      expectProblem(await ask(target), 400, "REQUEST_MALFORMED");
    },
  );

  test.each([
    "/",
    "/nothing",
    "/orchestrator/customers/",
    "/orchestrator/customers/7/",
    "/orchestrator/customers//profile",
    "//orchestrator/customers/7",
    "/Orchestrator/customers/7",
    "/orchestrator/files/",
    "/orchestrator/../orchestrator/customers/7",
  ])("%s is no route", async (target) => {
    const reply = await ask(target);
    expectProblem(reply, 404, "ROUTE_NOT_FOUND");
    expect(reply.json["instance"]).toBe(target);
  });

  test("a whole URL as target, as proxies send it, is a path", async () => {
    expect((await ask("http://test/orchestrator/customers/7")).json["path_params"]).toEqual({
      customer_id: "7",
    });
  });
});

describe("methods", () => {
  test.each([
    ["PUT", "/orchestrator/customers/7", "DELETE, GET, HEAD"],
    ["GET", "/orchestrator/customers", "POST"],
    ["OPTIONS", "/orchestrator/customers", "POST"],
    ["PROPFIND", "/orchestrator/customers", "POST"],
    ["TRACE", "/orchestrator/customers/a%2Fb/profile", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
  ])("%s %s answers 405 with Allow", async (method, target, allowed) => {
    const reply = await ask(target, { method });
    expectProblem(reply, 405, "METHOD_NOT_ALLOWED");
    expect(reply.headers["allow"]).toBe(allowed);
  });

  test("HEAD answers as GET does, without the body", async () => {
    const head = await ask("/orchestrator/customers/7", { method: "HEAD" });
    const get = await ask("/orchestrator/customers/7");
    expect(head.status).toBe(200);
    expect(head.body).toBe("");
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
  });

  test("a body that is broken makes no difference where there is no route", async () => {
    expectProblem(await ask("/nothing", json("{")), 404, "ROUTE_NOT_FOUND");
    expectProblem(await ask("/health", json("x".repeat(2000))), 405, "METHOD_NOT_ALLOWED");
  });

  test("a word that is no method is no HTTP", async () => {
    expectProblem(
      parseReply(await rawExchange(started.port, "HELLO WORLD\r\n\r\n")),
      400,
      "REQUEST_MALFORMED",
    );
    await expectAlive();
  });
});

describe("queries", () => {
  const query = async (search: string) =>
    (await ask(`/orchestrator/customers/7?${search}`)).json["query_params"];

  test("a repeated key is a list", async () => {
    expect(await query("a=1&a=2&b=3&c")).toEqual({ a: ["1", "2"], b: "3", c: "" });
  });

  test("names of prototypes are plain names", async () => {
    const reply = await ask("/orchestrator/customers/7?__proto__=1&__proto__[x]=2&constructor=3&toString=4");
    expect(reply.status).toBe(200);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe("[object Object]");
  });

  test.each(["a=%", "a=%zz", "%ff=1"])("the broken encoding %s is refused", async (search) => {
    expectProblem(await ask(`/orchestrator/customers/7?${search}`), 400, "REQUEST_MALFORMED");
  });

  test("does not appear in the problem", async () => {
    expect((await ask("/nothing?token=hunter2")).body).not.toContain("hunter2");
  });
});

describe("bodies", () => {
  test.each([
    ["{", "line 1, column 2"],
    ['{"a": hunter2}', "line 1, column 7"],
    ['{\n  "a": 1,\n}', "line 3, column 1"],
    ["[1 2]", "line 1, column 4"],
    ['{"a": "hunter2\n"}', "line 1, column 15"],
    ["01", "line 1, column 2"],
    ["nul", "line 1, column 1"],
    ["\ufeff{}", "line 1, column 1"],
    ["{'a': 1}", "line 1, column 2"],
    ['{"a": "\\x"}', "line 1, column 8"],
  ])("%j is malformed, with its place and without an echo", async (body, place) => {
    const reply = await create(body);
    expectProblem(reply, 400, "REQUEST_MALFORMED");
    expect(reply.json["detail"]).toBe(`The request cannot be read: its body is not JSON at ${place}.`);
    expect(reply.body).not.toContain("hunter2");
    expect(reply.headers["x-orchestrator-complete"]).toBe("false");
    expect(reply.headers["x-execution-id"]).toBe(reply.json["execution_id"]);
  });

  test.each([
    ['{"id": 9007199254740993}', ["/body/id"]],
    ['{"list": [1, -9007199254740992, 2], "a/b~c": 1e400}', ["/body/list/1", "/body/a~1b~0c"]],
    ["123456789012345678901234567890", ["/body"]],
    ['{"__proto__": {"polluted": true}}', ["/body/__proto__"]],
    ['{"a": {"\\u005f_proto__": 1}}', ["/body/a/__proto__"]],
  ])("%s has values that cannot be used", async (body, pointers) => {
    const reply = await create(body);
    expectProblem(reply, 400, "REQUEST_INVALID");
    expect((reply.json["errors"] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test.each([
    ['{"id": 9007199254740991, "x": 1e20, "y": 6.02e23, "z": "9007199254740993"}'],
    ['{"constructor": {"prototype": {"polluted": true}}, "text": "__proto__"}'],
    ["null"],
    ['"text"'],
  ])("%s is read as it is", async (body) => {
    expect((await create(body)).json["body"]).toEqual(JSON.parse(body));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("of duplicate keys the last one wins", async () => {
    expect((await create('{"a": 1, "a": 2}')).json["body"]).toEqual({ a: 2 });
  });

  test("is read 200 levels deep and no deeper", async () => {
    expect((await create("[".repeat(200) + "]".repeat(200))).status).toBe(200);
    expectProblem(await create("[".repeat(201) + "]".repeat(201)), 400, "REQUEST_MALFORMED");
    expectProblem(await create("[".repeat(1000)), 400, "REQUEST_MALFORMED");
  });

  test("that is not UTF-8 is malformed", async () => {
    const head = "POST /orchestrator/customers HTTP/1.1\r\nhost: t\r\nconnection: close\r\n";
    const bytes = [
      `${head}content-type: application/json\r\ncontent-length: 4\r\n\r\n`,
      Buffer.from([34, 0xc3, 0x28, 34]),
    ];
    expectProblem(parseReply(await rawExchange(started.port, bytes)), 400, "REQUEST_MALFORMED");
  });

  test.each([
    "text/plain",
    "application/xml",
    "application/jsonx",
    "multipart/form-data; boundary=x",
    "///",
    "none",
  ])("of type %s is not read", async (type) => {
    const headers = [...(type === "none" ? [] : [`content-type: ${type}`]), "content-length: 2"];
    const reply = await ask("/orchestrator/customers", { method: "POST", headers, body: "{}" });
    expectProblem(reply, 415, "CONTENT_TYPE_UNSUPPORTED");
  });

  test.each(["application/json; charset=utf-8", "application/merge-patch+json", "Application/JSON"])(
    "of type %s is JSON",
    async (type) => {
      const headers = [`content-type: ${type}`, "content-length: 2"];
      expect((await ask("/orchestrator/customers", { method: "POST", headers, body: "{}" })).status).toBe(
        200,
      );
    },
  );

  test("that is empty is left to the plan, whatever its type", async () => {
    const headers = ["content-type: text/plain", "content-length: 0"];
    expect((await ask("/orchestrator/customers", { method: "POST", headers })).json["body"]).toBeNull();
  });

  test("is ignored where none is declared", async () => {
    const reply = await ask("/orchestrator/customers/7/touch", json("{ not json"));
    expect(reply.json["body"]).toBeNull();
  });

  test.each(["/orchestrator/customers", "/orchestrator/customers/7/touch"])(
    "too large for %s, declared",
    async (target) => {
      const reply = await ask(target, {
        ...json(""),
        headers: ["content-type: application/json", "content-length: 5000"],
      });
      expectProblem(reply, 413, "REQUEST_TOO_LARGE");
      expect(reply.json["detail"]).toBe("The request body is larger than 1kb.");
      await expectAlive();
    },
  );

  test("too large, in chunks without a declared length", async () => {
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const headers = ["content-type: application/json", "transfer-encoding: chunked"];
    const reply = await ask("/orchestrator/customers", {
      method: "POST",
      headers,
      body: `${chunk}${chunk}0\r\n\r\n`,
    });
    expectProblem(reply, 413, "REQUEST_TOO_LARGE");
    await expectAlive();
  });

  test("that arrives too slowly is given up", async () => {
    const head = requestText("/orchestrator/customers", {
      method: "POST",
      headers: ["content-length: 10"],
      body: "{",
    });
    expectProblem(parseReply(await rawExchange(started.port, head)), 408, "REQUEST_TIMED_OUT");
    expect(service.started).toHaveLength(0);
    await expectAlive();
  });
});

describe("HTTP itself", () => {
  test("headers larger than the server reads", async () => {
    const reply = await ask("/orchestrator/customers/7", { headers: [`x-big: ${"a".repeat(20_000)}`] });
    expectProblem(reply, 431, "REQUEST_HEADERS_TOO_LARGE");
    await expectAlive();
  });

  test.each([
    "content-length: -5",
    "content-length: abc",
    "content-length: 1\r\ncontent-length: 2",
    "bad header: x",
    "x: a\u0001b",
  ])("the header %j", async (header) => {
    const reply = await ask("/orchestrator/customers", { method: "POST", headers: [header], body: "{}" });
    expectProblem(reply, 400, "REQUEST_MALFORMED");
    await expectAlive();
  });

  test("no Host", async () => {
    const bytes = "GET /orchestrator/customers/7 HTTP/1.1\r\nconnection: close\r\n\r\n";
    expectProblem(parseReply(await rawExchange(started.port, bytes)), 400, "REQUEST_MALFORMED");
  });

  test("an expectation that nobody knows is ignored", async () => {
    expect((await ask("/orchestrator/customers/7", { headers: ["expect: banana"] })).status).toBe(200);
  });

  test("headers that never end are given up", async () => {
    const reply = parseReply(
      await rawExchange(started.port, "GET /orchestrator/customers/7 HTTP/1.1\r\nhost: t\r\n"),
    );
    expectProblem(reply, 408, "REQUEST_TIMED_OUT");
  });

  test("pipelined requests are answered in order", async () => {
    const first = "GET /orchestrator/wait HTTP/1.1\r\nhost: t\r\n\r\n";
    const text = await rawExchange(started.port, first + requestText("/orchestrator/customers/7"));
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(text.indexOf("late")).toBeLessThan(text.indexOf("customer_id"));
  });

  test("rubbish behind a request does not become its reply", async () => {
    const text = await rawExchange(started.port, "GET /health HTTP/1.1\r\nhost: t\r\n\r\nRUBBISH\r\n\r\n");
    expect(text.startsWith("HTTP/1.1 200")).toBe(true);
  });

  test("a body that stops half-way starts nothing", async () => {
    const half = requestText("/orchestrator/customers", {
      method: "POST",
      headers: ["content-length: 10"],
      body: "{",
    });
    await rawExchange(started.port, half, 100);
    expect(service.started).toHaveLength(0);
    await expectAlive();
  });
});

describe("hanging up", () => {
  const hangUpAfter = async (bytes: string, afterMs: number) => {
    const socket = connect(started.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(bytes);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
  };

  test("cancels the execution, once, and is written down as 499", async () => {
    await hangUpAfter(requestText("/orchestrator/wait"), 100);
    expect(service.cancelled).toEqual(["slow.wait"]);
    const id = service.started[0]!.executionId;
    expect(started.lines.find((line) => line["execution_id"] === id)).toMatchObject({
      status: 499,
      code: "REQUEST_CANCELLED",
      route: "/orchestrator/wait",
    });
    await expectAlive();
  });

  test("cancels pipelined executions too", async () => {
    const one = "GET /orchestrator/wait HTTP/1.1\r\nhost: t\r\n\r\n";
    await hangUpAfter(one + one + one, 100);
    expect(service.cancelled).toEqual(["slow.wait", "slow.wait", "slow.wait"]);
  });

  test("after the reply cancels nothing", async () => {
    await hangUpAfter("GET /orchestrator/customers/7 HTTP/1.1\r\nhost: t\r\n\r\n", 100);
    expect(service.cancelled).toEqual([]);
  });
});
