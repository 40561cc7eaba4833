import { once } from "node:events";
import {
  request as sendRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
} from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { loadProject } from "../../../src/service.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { startProject, writeProject, type RunningProject } from "../../scenarios/project.js";
import { join } from "node:path";
import { tokenServer } from "./token-server.js";

const megabyte = 1_048_576;
let upstream: LocalServer;
let project: RunningProject;
afterEach(() => upstream.close());

async function start(listener: RequestListener, source = "", operation = ""): Promise<void> {
  upstream = await serve(listener);
  project = await startProject(
    {
      "config/config.yaml": "server: { body_limit: 1kb }\n",
      "config/integrations/api_sources.yaml": `api:
  sources:
    files:
      base_url: ${upstream.url}
      max_response: 1kb
      ${source}
      operations:
        get: { path: "/files/{name}", stream: true, ${operation} }
        put: { method: PUT, path: "/files/{name}", stream: true }
`,
      "config/domains/files.yaml": `endpoints:
  get:
    path: /files/{name}
    response: stream
    timeout: 400ms
    data_sources: [{ name: file, type: api, operation: get, params: { name: $request.name } }]
  put:
    method: PUT
    path: /files/{name}
    body: stream
    response: stream
    data_sources: [{ name: file, type: api, operation: put, params: { name: $request.name } }]
`,
    },
    { FILES_SECRET: "x" },
  );
}

/** A request whose bodies the test itself sends and reads. */
function open(method: string, path = "/orchestrator/files/a", headers: Record<string, string> = {}) {
  const request: ClientRequest = sendRequest({
    port: project.port,
    host: "127.0.0.1",
    method,
    path,
    headers,
    agent: false,
  });
  request.on("error", () => undefined);
  const response = once(request, "response").then(([found]) => found as IncomingMessage);
  response.catch(() => undefined);
  return { request, response };
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

describe("what stands around a call", () => {
  test("a circuit breaker counts answers of 5xx, and opens", async () => {
    await start(
      (_, response) => response.writeHead(500).end("down"),
      "circuit_breaker: { min_calls: 2, error_rate: 50% }",
    );
    const ask = () => project.send({ target: "/orchestrator/files/a" });
    expect([(await ask()).body, (await ask()).body]).toEqual(["down", "down"]);
    const refused = await ask();
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([503, { code: "SOURCE_RESTING" }]);
  });

  test("a body that has not passed yet keeps its place among `max_concurrency`, also when its caller leaves", async () => {
    const held: { end(): unknown }[] = [];
    await start((_, response) => {
      response.writeHead(200).write("begun");
      held.push(response);
    }, "max_concurrency: 1\n      max_queue: 0");
    const first = open("GET");
    first.request.end();
    await first.response;
    const refused = await project.send({ target: "/orchestrator/files/a" });
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([503, { code: "SOURCE_BUSY" }]);
    first.request.destroy();
    await expect
      .poll(async () => {
        const next = open("GET");
        next.request.end();
        const { statusCode } = await next.response;
        if (statusCode !== 200) return statusCode;
        held.at(-1)!.end();
        return bodyOf(await next.response);
      })
      .toBe("begun");
  });

  test("a write with `invalidates` drops kept values", async () => {
    let count = 0;
    upstream = await serve((_, response) => void response.end(String(++count)));
    project = await startProject({
      "config/integrations/api_sources.yaml": `api:
  sources:
    files:
      base_url: ${upstream.url}
      operations:
        get: { path: /it, cache: { ttl: 1h, tags: [files] } }
        put: { method: PUT, path: /it, stream: true, invalidates: [files] }
`,
      "config/domains/files.yaml": `endpoints:
  get: { path: /it, data_sources: [{ name: it, type: api, operation: get }] }
  put: { path: /it, method: PUT, response: stream, data_sources: [{ name: it, type: api, operation: put }] }
`,
    });
    const get = async () => (await project.send({ target: "/orchestrator/it" })).body;
    expect([await get(), await get()]).toEqual(["1", "1"]);
    await project.send({ method: "PUT", target: "/orchestrator/it" });
    expect(await get()).toBe("3");
  });
});

describe("an answer that passes as it comes", () => {
  test("keeps its status and what describes its body, and is not parsed", async () => {
    await start((_, response) =>
      response.writeHead(418, { "Content-Type": "application/json", "X-Secret": "s" }).end("{not json"),
    );
    const reply = await project.send({ target: "/orchestrator/files/a%2Fb" });
    expect([reply.status, reply.body, reply.headers["content-type"]]).toEqual([
      418,
      "{not json",
      "application/json",
    ]);
    expect(reply.headers).not.toHaveProperty("x-secret");
    expect(reply.headers["x-execution-id"]).toBeTypeOf("string");
  });

  test("keeps its length and its encoding", async () => {
    await start((_, response) =>
      response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": "4" }).end("gzip"),
    );
    const reply = await project.send({ target: "/orchestrator/files/a" });
    expect(reply.headers).toMatchObject({ "content-encoding": "gzip", "content-length": "4" });
    expect(reply.body).toBe("gzip");
  });

  test("may be larger than `max_response`, and waits for a slow reader", async () => {
    let written = 0;
    await start(async (_, response) => {
      const block = Buffer.alloc(megabyte, "x");
      for (; written < 300 && !response.destroyed; written++)
        if (!response.write(block)) await once(response, "drain");
      response.end();
    });
    const { request, response } = open("GET");
    request.end();
    const reply = await response;
    await pause(300);
    expect(written).toBeLessThan(100);
    let read = 0;
    for await (const piece of reply) read += (piece as Buffer).length;
    expect(read).toBe(300 * megabyte);
  });

  test("begins with its first bytes: events come one by one", async () => {
    let send: (event: string) => void = () => undefined;
    await start((_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
      send = (event) => response.write(`data: ${event}\n\n`);
    });
    const { request, response } = open("GET");
    request.end();
    const reply = await response;
    expect(reply.headers["content-type"]).toBe("text/event-stream");
    for (const event of ["one", "two"]) {
      const next = once(reply, "data");
      send(event);
      expect(String((await next)[0])).toContain(`data: ${event}\n\n`);
    }
    const closed = upstream.nextClose();
    request.destroy();
    await closed;
  });

  test("breaks off where the API breaks off", async () => {
    await start((_, response) => {
      response.writeHead(200, { "Content-Length": "1000" }).write("half");
      setTimeout(() => response.destroy(), 20);
    });
    const { request, response } = open("GET");
    request.end();
    await expect(bodyOf(await response)).rejects.toThrow();
  });

  test("must begin in time, and must not stand still", async () => {
    await start((_, response) => void setTimeout(() => response.end(), 5_000).unref(), "idle_timeout: 300ms");
    const late = await project.send({ target: "/orchestrator/files/a" });
    expect([late.status, (JSON.parse(late.body) as { code: string }).code]).toEqual([
      504,
      "SOURCE_TIMED_OUT",
    ]);
    await upstream.close();
    await start((_, response) => void response.writeHead(200).write("first"), "idle_timeout: 300ms");
    const { request, response } = open("GET");
    request.end();
    await expect(bodyOf(await response)).rejects.toThrow();
  });

  test("fails as ever before it has begun", async () => {
    await start((request) => request.socket.destroy());
    expect((await project.send({ target: "/orchestrator/files/a" })).status).toBe(502);
    expect((await project.send({ target: "/orchestrator/files/.." })).status).not.toBe(200);
    await upstream.close();
    const gone = await project.send({ target: "/orchestrator/files/a" });
    expect([gone.status, (JSON.parse(gone.body) as { code: string }).code]).toEqual([
      502,
      "SOURCE_UNREACHABLE",
    ]);
  });

  test("that is no HTTP is said to be unreadable", async () => {
    await start((request) => request.socket.end("SSH-2.0\r\n\r\n"));
    const reply = await project.send({ target: "/orchestrator/files/a" });
    expect([reply.status, (JSON.parse(reply.body) as { code: string }).code]).toEqual([
      502,
      "SOURCE_REPLY_INVALID",
    ]);
  });

  test("is no redirect, which would leave the origin to others", async () => {
    await start((_, response) => response.writeHead(302, { location: "http://evil.example/" }).end());
    expect((await project.send({ target: "/orchestrator/files/a" })).status).toBe(502);
  });

  test("a caller who hangs up before it begins closes the connection to the API", async () => {
    await start(() => undefined);
    const { request } = open("GET");
    request.end();
    while (upstream.open() === 0) await pause(5);
    const closed = upstream.nextClose();
    request.destroy();
    await closed;
  });
});

describe("a body that passes as it comes", () => {
  test("arrives while it is sent, with its type, however long it is", async () => {
    const pieces: string[] = [];
    let length = 0;
    let type: string | undefined;
    await start((request, response) => {
      type = request.headers["content-type"];
      request.on("data", (piece: Buffer) => {
        pieces.push(piece.toString().slice(0, 5));
        length += piece.length;
      });
      request.on("end", () => response.writeHead(201).end("stored"));
    });
    const { request, response } = open("PUT", undefined, { "Content-Type": "video/mp4" });
    request.write("first");
    await expect.poll(() => pieces[0]).toBe("first");
    const block = Buffer.alloc(megabyte, "x");
    for (let count = 0; count < 50; count++) if (!request.write(block)) await once(request, "drain");
    request.end();
    const reply = await response;
    expect([reply.statusCode, await bodyOf(reply)]).toEqual([201, "stored"]);
    expect([type, length]).toEqual(["video/mp4", 50 * megabyte + 5]);
  });

  test("waits for an API that takes it slowly", async () => {
    await start((request) => void request.pause());
    const { request } = open("PUT");
    let sent = 0;
    const block = Buffer.alloc(megabyte, "x");
    while (request.write(block) && sent < 300) sent++;
    for (; sent < 300; sent++) {
      request.write(block);
      if ((await Promise.race([once(request, "drain"), pause(200)])) === undefined) break;
    }
    expect(sent).toBeLessThan(100);
    request.destroy();
  });

  test("keeps its length, and may be empty", async () => {
    const seen: unknown[] = [];
    await start((request, response) => {
      seen.push([request.headers["content-length"], request.headers["transfer-encoding"]]);
      request.resume().on("end", () => response.end());
    });
    await project.send({
      method: "PUT",
      target: "/orchestrator/files/a",
      body: "12345",
      headers: { "Content-Length": "5" },
    });
    await project.send({ method: "PUT", target: "/orchestrator/files/a" });
    expect(seen[0]).toEqual(["5", undefined]);
    expect(seen).toHaveLength(2);
  });

  test("ends with its caller: the API sees a broken request, not a whole one", async () => {
    let outcome = "open";
    await start((request) => {
      request.on("data", () => (outcome = "begun"));
      request.on("end", () => (outcome = "whole"));
      request.on("close", () => (outcome = outcome === "whole" ? "whole" : "broken"));
    });
    const { request } = open("PUT");
    request.write("half");
    await expect.poll(() => outcome).toBe("begun");
    request.destroy();
    await expect.poll(() => outcome).toBe("broken");
  });
});

test("tokens are had for streams too, and a refused one is not the caller's fault", async () => {
  const tokens = await tokenServer();
  const seen: unknown[] = [];
  await start(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(seen.length === 1 ? 200 : 401).end();
  }, `auth: { type: oauth2_client_credentials, token_url: "${tokens.url}/token", client_id: a, client_secret: "\${FILES_SECRET}" }`);
  expect((await project.send({ target: "/orchestrator/files/a" })).status).toBe(200);
  expect((await project.send({ target: "/orchestrator/files/a" })).status).toBe(502);
  expect((await project.send({ target: "/orchestrator/files/a" })).status).toBe(502);
  expect(seen).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
  await tokens.close();
});

describe("what cannot stand beside a stream", () => {
  test.each([
    [
      "two steps",
      "response: stream",
      "{ name: a, type: api, operation: get }, { name: b, type: api, operation: get }",
    ],
    ["a computed value", "response: stream", "{ name: a, type: value, value: 1 }"],
    ["an operation that is none", "response: stream", "{ name: a, type: api, operation: plain }"],
    [
      "a mapping",
      "response: stream\n    response_mapping: { a: $a }",
      "{ name: a, type: api, operation: get }",
    ],
    ["a guard", "response: stream\n    not_found: $a == null", "{ name: a, type: api, operation: get }"],
    ["a transform", "response: stream", "{ name: a, type: api, operation: get, transform: $value }"],
    ["retries", "response: stream", "{ name: a, type: api, operation: get, retry: { attempts: 2 } }"],
    [
      "a body that is read",
      "response: stream\n    body: stream\n    request: { body: { type: object } }",
      "{ name: a, type: api, operation: get }",
    ],
    ["a cache", "response: stream", "{ name: a, type: api, operation: get, cache: { ttl: 1s } }"],
    [
      "a cache of replies",
      "response: stream\n    cache: { ttl: 1s }",
      "{ name: a, type: api, operation: get }",
    ],
    ["an upload without a stream back", "body: stream", "{ name: a, type: api, operation: get }"],
  ])("%s", async (_, keys, steps) => {
    upstream = await serve(() => undefined);
    const folder = writeProject({
      "config/integrations/api_sources.yaml": `api:
  sources:
    files:
      base_url: http://files.example
      operations:
        get: { path: /files, stream: true }
        plain: { path: /plain }
`,
      "config/domains/files.yaml": `endpoints:\n  it:\n    path: /it\n    method: POST\n    ${keys}\n    data_sources: [${steps}]\n`,
    });
    const { problems } = loadProject({ configPath: join(folder, "config") });
    expect(problems.map(({ code }) => code)).toEqual(["CONFIG_VALUE_INVALID"]);
  });

  test.each(["retry: { attempts: 2 }", "hedge: { after: 1s }", "cache: { ttl: 1s }", "dedupe: true"])(
    "`%s` of the source",
    (key) => {
      const folder = writeProject({
        "config/integrations/api_sources.yaml": `api:
  sources:
    files:
      base_url: http://files.example
      ${key}
      operations: { get: { path: /files, stream: true }, off: { path: /files, stream: true, retry: { attempts: 1 }, cache: false, dedupe: false } }
`,
        "config/domains/files.yaml": `endpoints:
  it: { response: stream, data_sources: [{ name: a, type: api, operation: get }] }
${key.startsWith("hedge") ? "" : "  off: { response: stream, data_sources: [{ name: a, type: api, operation: off }] }"}
`,
      });
      const { problems } = loadProject({ configPath: join(folder, "config") });
      expect(problems.map(({ message }) => message)).toEqual([
        expect.stringContaining(`\`${key.split(":")[0]}\` of the operation or its source cannot hold`),
      ]);
    },
  );
});
