import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { HttpClient } from "../../../src/connections/http/http-client.js";
import { HttpReply } from "../../../src/connections/http/http-reply.js";
import { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { exchange, oneMegabyte, send } from "./exchange.js";
import { closedPort, serve, serveSockets, serveText, type LocalServer } from "./local-server.js";

let server: LocalServer | undefined;
afterEach(() => server?.close());

async function failureOf(start: Promise<LocalServer>, maxBytes?: number): Promise<OrchestratorError> {
  server = await start;
  const outcome = await exchange(server.url, {}, maxBytes);
  expect(outcome).toBeInstanceOf(OrchestratorError);
  return outcome as OrchestratorError;
}

describe("nothing was sent for certain", () => {
  test("a refused connection", async () => {
    const error = (await exchange(await closedPort())) as OrchestratorError;
    expect(error.code).toBe("SOURCE_UNREACHABLE");
    expect(error.problem.wasSent).toBe(false);
    expect(JSON.stringify(error.problem)).not.toContain("127.0.0.1");
  });

  test("a name that does not exist", async () => {
    const error = (await exchange("http://no-such-host.invalid")) as OrchestratorError;
    expect(error.code).toBe("SOURCE_UNREACHABLE");
    expect(error.problem.wasSent).toBe(false);
  });

  test("a server that speaks no TLS", async () => {
    server = await serve((_, response) => response.end());
    const error = (await exchange(server.url.replace("http:", "https:"))) as OrchestratorError;
    expect(error.code).toBe("SOURCE_UNREACHABLE");
    expect(error.problem.wasSent).toBe(false);
  });
});

describe("the answer breaks off", () => {
  test.each([
    ["nothing at all", ""],
    ["inside the status line", "HTTP/1.1 2"],
    ["inside the headers", "HTTP/1.1 200 OK\r\nContent-Ty"],
    ["half a body with Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    [
      "half a body with Content-Length and Connection: close",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf",
    ],
    ["inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"],
    [
      "inside a chunk with Connection: close",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
    ],
    ["two lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("%s", async (_, text) => {
    const error = await failureOf(serveText(text));
    expect(error.code).toBe("SOURCE_CONNECTION_LOST");
    expect(error.problem.wasSent).toBeUndefined();
  });

  test.each([
    ["before the headers", ""],
    ["inside the headers", "HTTP/1.1 200 OK\r\nX-A: b\r\n"],
    ["inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
  ])("a reset %s", async (_, text) => {
    const error = await failureOf(
      serveSockets((socket) => socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20))),
    );
    expect(error.code).toBe("SOURCE_CONNECTION_LOST");
  });

  test("truncated gzip", async () => {
    const half = gzipSync(Buffer.from(JSON.stringify({ text: "x".repeat(5_000) }))).subarray(0, 30);
    const error = await failureOf(
      serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(half)),
    );
    expect(error.code).toBe("SOURCE_CONNECTION_LOST");
  });
});

describe("what comes is not an answer", () => {
  test.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["a wrong status line", "HTTP/9.9 OK\r\n\r\n"],
    ["a wrong chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ["a header with a NUL", "HTTP/1.1 200 OK\r\nX-A: \0\r\n\r\n"],
  ])("%s", async (_, text) => {
    expect((await failureOf(serveText(text))).code).toBe("SOURCE_REPLY_INVALID");
  });

  test("a body that is not gzip although it says so", async () => {
    const error = await failureOf(
      serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("plain")),
    );
    expect(error.code).toBe("SOURCE_REPLY_INVALID");
  });

  test("an unknown Content-Encoding", async () => {
    const error = await failureOf(
      serve((_, response) => response.writeHead(200, { "content-encoding": "snappy" }).end("plain")),
    );
    expect(error.code).toBe("SOURCE_REPLY_INVALID");
    expect((error.cause as Error).message).toContain("snappy");
  });
});

describe("too much comes", () => {
  test("an endless body is stopped at the limit, and its connection closed", async () => {
    let written = 0;
    const blocks = function* () {
      for (; written < 1_024 * oneMegabyte; written += 65_536) yield Buffer.alloc(65_536, "x");
    };
    const endless = serve((_, response) => Readable.from(blocks()).pipe(response));
    server = await endless;
    const closed = server.nextClose();
    const error = (await exchange(server.url, {}, oneMegabyte)) as OrchestratorError;
    await closed;
    expect(error.code).toBe("SOURCE_REPLY_TOO_LARGE");
    expect(error.message).toContain("1mb");
    expect(written).toBeLessThan(64 * oneMegabyte);
  });

  test("a gzip bomb is stopped while it unfolds", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * oneMegabyte));
    expect(bomb.length).toBeLessThan(oneMegabyte);
    const before = process.memoryUsage().arrayBuffers;
    const error = await failureOf(
      serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)),
    );
    expect(error.code).toBe("SOURCE_REPLY_TOO_LARGE");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * oneMegabyte);
  });

  test("an endless gzip body", async () => {
    const endless = serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      const gzip = createGzip();
      gzip.pipe(response);
      const timer = setInterval(() => gzip.write(Buffer.alloc(oneMegabyte)), 1);
      response.on("close", () => clearInterval(timer));
    });
    server = await endless;
    const closed = server.nextClose();
    expect(((await exchange(server.url)) as OrchestratorError).code).toBe("SOURCE_REPLY_TOO_LARGE");
    await closed;
  });

  test("a body of exactly the limit is fine, one byte more is not", async () => {
    server = await serve(({ url }, response) => response.end("x".repeat(Number(url!.slice(1)))));
    expect(await exchange(server.url, { path: "/1000" }, 1_000)).toBeInstanceOf(HttpReply);
    expect(((await exchange(server.url, { path: "/1001" }, 1_000)) as OrchestratorError).code).toBe(
      "SOURCE_REPLY_TOO_LARGE",
    );
  });

  test("huge headers", async () => {
    const error = await failureOf(serveText(`HTTP/1.1 200 OK\r\nX-Huge: ${"x".repeat(100_000)}\r\n\r\n`));
    expect(error.code).toBe("SOURCE_REPLY_TOO_LARGE");
  });

  test("many headers", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `X-${index}: value\r\n`).join("");
    const error = await failureOf(serveText(`HTTP/1.1 200 OK\r\n${many}\r\n`));
    expect(error.code).toBe("SOURCE_REPLY_TOO_LARGE");
  });

  test.each([["keep-alive"], ["close"]])(
    "a whole body past the limit in one piece, Connection: %s",
    async (kind) => {
      const text = `HTTP/1.1 200 OK\r\nConnection: ${kind}\r\nContent-Length: 2000\r\n\r\n${"x".repeat(2_000)}`;
      expect((await failureOf(serveText(text), 1_000)).code).toBe("SOURCE_REPLY_TOO_LARGE");
    },
  );
});

describe("nothing comes", () => {
  test.each([
    ["before the headers", ""],
    ["inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"],
    [
      "inside a gzip body",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n\x1f\x8b",
    ],
  ])("a cancelled call closes its connection, and tells nothing: %s", async (_, text) => {
    let arrived: () => void = () => undefined;
    const request = new Promise<void>((resolve) => (arrived = resolve));
    server = await serveSockets((socket) => socket.write(text, "latin1", () => arrived()));
    const client = new HttpClient({ origin: server.url, connections: 1 });
    const told: unknown[] = [];
    const receiver = {
      replied: (reply: unknown) => told.push(reply),
      failed: (error: unknown) => told.push(error),
    };
    const call = client.send({ method: "GET", path: "/", headers: [], body: null }, 1_000, receiver);
    await request;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = server.nextClose();
    call.cancel();
    await closed;
    expect(told).toEqual([]);
    await client.close();
  });

  test("a call cancelled while it waits for a connection is never sent, and the next one is", async () => {
    const urls: (string | undefined)[] = [];
    server = await serve(({ url }, response) => {
      urls.push(url);
      setTimeout(() => response.end(), 50);
    });
    const client = new HttpClient({ origin: server.url, connections: 1 });
    const first = send(client, { path: "/first" });
    const ignored = { replied: () => undefined, failed: () => undefined };
    client.send({ method: "GET", path: "/second", headers: [], body: null }, 1_000, ignored).cancel();
    expect(await send(client, { path: "/third" })).toBeInstanceOf(HttpReply);
    expect(await first).toBeInstanceOf(HttpReply);
    expect(urls).toEqual(["/first", "/third"]);
    expect(server.connections()).toBe(1);
    await client.close();
  });
});

test("an upstream that restarts is reached again", async () => {
  server = await serveSockets((socket) => socket.destroy());
  const client = new HttpClient({ origin: server.url, connections: 2 });
  expect(await send(client)).toBeInstanceOf(OrchestratorError);
  expect(await send(client)).toBeInstanceOf(OrchestratorError);
  await client.close();
});
