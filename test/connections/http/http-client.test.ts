import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HttpClient } from "../../../src/connections/http/http-client.js";
import { HttpReply } from "../../../src/connections/http/http-reply.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { exchange, send } from "./exchange.js";
import { closedPort, serve, serveText, type LocalServer } from "./local-server.js";

let server: LocalServer | undefined;
afterEach(() => server?.close());

async function replyOf(start: Promise<LocalServer>, method = "GET"): Promise<HttpReply> {
  server = await start;
  const outcome = await exchange(server.url, { method });
  expect(outcome).toBeInstanceOf(HttpReply);
  return outcome as HttpReply;
}

describe("an answer", () => {
  test("has its status, its headers in lower case and its body", async () => {
    const reply = await replyOf(
      serve((_, response) => response.writeHead(418, { "X-Kind": "Tea" }).end("pot")),
    );
    expect(reply.status).toBe(418);
    expect(reply.headers["x-kind"]).toBe("Tea");
    expect(reply.header("x-kind")).toBe("Tea");
    expect(reply.header("x-king")).toBeUndefined();
    expect(reply.body.toString()).toBe("pot");
  });

  test("joins repeated headers", async () => {
    const text = "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\n__proto__: x\r\nContent-Length: 0\r\n\r\n";
    const { headers } = await replyOf(serveText(text));
    expect(headers["x-a"]).toBe("1, 2");
    expect(Object.keys(headers)).toEqual(["x-a", "__proto__", "content-length"]);
  });

  test("may follow informational ones", async () => {
    const early = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
    const reply = await replyOf(serveText(`${early}${early}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`));
    expect(reply.status).toBe(200);
    expect(reply.headers).not.toHaveProperty("link");
  });

  test("without a length ends with its connection", async () => {
    expect((await replyOf(serveText("HTTP/1.1 200 OK\r\n\r\nall"))).body.toString()).toBe("all");
  });

  test("in many chunks is put together; trailers are not looked at", async () => {
    const chunks = "3\r\nabc\r\n3\r\ndef\r\n0\r\nX-Trailer: t\r\n\r\n";
    const reply = await replyOf(serveText(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`));
    expect(reply.body.toString()).toBe("abcdef");
    expect(reply.headers).not.toHaveProperty("x-trailer");
  });

  test("to HEAD has no body, whatever its length says, also when it is said to be compressed", async () => {
    const head = serve((_, response) =>
      response.writeHead(200, { "content-length": 1_000, "content-encoding": "gzip" }).end(),
    );
    expect((await replyOf(head, "HEAD")).body).toHaveLength(0);
  });

  test.each([[204], [304]])("%d has no body", async (status) => {
    expect((await replyOf(serve((_, response) => response.writeHead(status).end()))).body).toHaveLength(0);
  });
});

test.each([
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZIP", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity", (text: Buffer) => text],
])("Content-Encoding %s is undone", async (encoding, encode) => {
  const text = "orders ".repeat(20_000);
  const reply = await replyOf(
    serve((_, response) =>
      response.writeHead(200, { "content-encoding": encoding }).end(encode(Buffer.from(text))),
    ),
  );
  expect(reply.body.toString()).toBe(text);
});

describe("connections", () => {
  let client: HttpClient;
  beforeEach(async () => {
    server = await serve((_, response) => setTimeout(() => response.end("ok"), 5));
    client = new HttpClient({ origin: server.url, connections: 3 });
  });
  afterEach(() => client.close());

  test("are made when first needed and used again", async () => {
    expect(server!.connections()).toBe(0);
    for (let round = 0; round < 10; round++) {
      await send(client);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(server!.connections()).toBe(1);
  });

  test("are never more than allowed; further requests wait", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(client)));
    expect(replies.every((reply) => reply instanceof HttpReply)).toBe(true);
    expect(server!.connections()).toBe(3);
  });

  test("that the upstream closed in the meantime are replaced", async () => {
    await send(client);
    await server!.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(((await send(client)) as OrchestratorError).code).toBe("SOURCE_UNREACHABLE");
  });

  test("`probe` makes one, and sends nothing", async () => {
    await client.probe();
    expect(server!.connections()).toBe(1);
  });

  test("`probe` says that nothing listens", async () => {
    const nowhere = new HttpClient({ origin: await closedPort(), connections: 1 });
    await expect(nowhere.probe()).rejects.toMatchObject({ code: "SOURCE_UNREACHABLE" });
  });

  test("end with the client: running requests fail, and later ones too", async () => {
    const running = send(client);
    await client.close();
    expect(((await running) as OrchestratorError).code).toBe("SOURCE_CANCELLED");
    const later = (await send(client)) as OrchestratorError;
    expect(later.code).toBe("SOURCE_CANCELLED");
    expect(later.problem.wasSent).toBe(false);
  });
});
