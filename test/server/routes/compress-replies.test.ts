import { createHook } from "node:async_hooks";
import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { createApp } from "../../../src/index.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

const words = "a text that repeats itself, ".repeat(100);
const domain = `endpoints:
  long: { response_mapping: { text: "${words}" } }
  short: { response_mapping: { text: short } }
  kept: { cache: { ttl: 1m }, response_mapping: { text: "${words}" } }
  tagged: { response_headers: { cache-control: no-transform, vary: Accept }, response_mapping: { text: "${words}" } }
  varied: { response_headers: { vary: Accept, etag: '"own"' }, response_mapping: { text: "${words}" } }
`;

const own = async (app: FastifyInstance) => {
  app.get("/stream", (_request, reply) => reply.type("text/plain").send(Readable.from([words])));
  app.get("/packed", (_request, reply) => {
    return reply.type("text/plain").header("content-encoding", "own").send(words);
  });
  app.get("/image", (_request, reply) => reply.type("image/png").send(Buffer.alloc(4_000)));
  app.get("/bytes", (_request, reply) => {
    const bytes = Buffer.from(words);
    return reply.type("text/csv").header("content-length", bytes.length).send(bytes);
  });
};

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function start(server = "compression: true") {
  const workingFolder = temporaryFolder({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0, ${server} }\nadmin: false\nlogging: { level: silent }\n`,
    "config/domains/shop.yaml": domain,
  });
  const app = await createApp({ workingFolder, plugins: [own] });
  onTestFinished(async () => void (await app.close()));
  const url = await app.listen();
  return (path: string, accepted?: string, more: Record<string, string> = {}, method = "GET") =>
    new Promise<Reply>((resolve, reject) => {
      const headers = { ...more, ...(accepted !== undefined && { "accept-encoding": accepted }) };
      const sent = request(url + path, { method, headers, agent: false }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => chunks.push(chunk));
        reply.on("end", () => {
          resolve({ status: reply.statusCode!, headers: reply.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.on("error", reject);
      sent.end();
    });
}

const long = "/orchestrator/shop/long";

describe("a long reply", () => {
  test.each([
    ["gzip", "gzip"],
    ["gzip, deflate, br", "br"],
    ["br;q=0.1, gzip", "gzip"],
    ["BR", "br"],
    ["*", "br"],
    ["br;q=0, *;q=0.5", "gzip"],
    ["identity", undefined],
    ["gzip;q=0, *;q=0", undefined],
    ["gzip;q=much", undefined],
    ["zstd", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("comes to who accepts `%s` as %s", async (accepted, coding) => {
    const ask = await start();
    const { headers, body } = await ask(long, accepted);
    expect(headers["content-encoding"]).toBe(coding);
    expect(headers.vary).toBe("Accept-Encoding");
    expect(Number(headers["content-length"])).toBe(body.length);
    const plain = coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body;
    expect(JSON.parse(plain.toString())).toEqual({ text: words });
    expect(body.length < 500).toBe(coding !== undefined);
  });

  test("of bytes whose length was said has its new one, and the API description is compressed too", async () => {
    const ask = await start();
    const bytes = await ask("/bytes", "gzip");
    expect(Number(bytes.headers["content-length"])).toBe(bytes.body.length);
    expect(gunzipSync(bytes.body).toString()).toBe(words);
    expect((await ask("/openapi.json", "gzip")).headers["content-encoding"]).toBe("gzip");
  });

  test("varies with what it varied with before, and a tag that promises its bytes becomes weak", async () => {
    const ask = await start('compression: true, cors: { allow_origins: ["https://shop.example"] }');
    const { vary, etag } = (await ask("/orchestrator/shop/varied", "br")).headers;
    expect(vary!.split(", ").sort()).toEqual(["Accept", "Accept-Encoding", "Origin"]);
    expect(etag).toBe('W/"own"');
    expect((await ask("/orchestrator/shop/varied")).headers.etag).toBe('"own"');
  });

  test("that is kept has one tag however it comes, under which its caller has it already", async () => {
    const ask = await start();
    const etag = (await ask("/orchestrator/shop/kept", "br")).headers.etag!;
    expect((await ask("/orchestrator/shop/kept")).headers.etag).toBe(etag);
    const again = await ask("/orchestrator/shop/kept", "br", { "if-none-match": etag });
    expect([again.status, again.body.length, again.headers.vary]).toEqual([304, 0, "Accept-Encoding"]);
  });
});

test("a reply that is kept is compressed once for each coding, one that is not each time", async () => {
  let compressions = 0;
  const hook = createHook({ init: (_id, type) => void (type === "ZLIB" && compressions++) }).enable();
  onTestFinished(() => void hook.disable());
  const ask = await start();
  const made = async (path: string, coding: string) => {
    const before = compressions;
    const { headers, body } = await ask(path, coding);
    expect(headers["content-encoding"]).toBe(coding);
    const plain = coding === "br" ? brotliDecompressSync(body) : gunzipSync(body);
    expect(JSON.parse(plain.toString())).toEqual({ text: words });
    // Reading it here is one too.
    return compressions - before - 1;
  };
  const kept = "/orchestrator/shop/kept";
  expect([await made(kept, "br"), await made(kept, "br"), await made(kept, "br")]).toEqual([1, 0, 0]);
  expect([await made(kept, "gzip"), await made(kept, "gzip"), await made(kept, "br")]).toEqual([1, 0, 0]);
  expect([await made(long, "br"), await made(long, "br")]).toEqual([1, 1]);
});

describe("what stays as it is", () => {
  test.each([
    ["a short reply", "/orchestrator/shop/short", undefined],
    ["one that says so", "/orchestrator/shop/tagged", "Accept"],
    ["a stream", "/stream", undefined],
    ["an image", "/image", undefined],
    ["an unknown route", "/none", undefined],
  ])("%s", async (_name, path, vary) => {
    const { headers } = await (await start())(path, "br, gzip");
    expect([headers["content-encoding"], headers.vary]).toEqual([undefined, vary]);
  });

  test("a reply that is compressed already, and one without a body", async () => {
    const ask = await start();
    const packed = await ask("/packed", "br");
    expect([packed.headers["content-encoding"], packed.body.toString()]).toEqual(["own", words]);
    const head = await ask(long, "br", {}, "HEAD");
    expect([head.status, head.headers["content-encoding"], head.headers.vary]).toEqual([
      200,
      undefined,
      "Accept-Encoding",
    ]);
  });

  test("everything without the key", async () => {
    const { headers, body } = await (await start("workers: 1"))(long, "br, gzip");
    expect([headers["content-encoding"], headers.vary]).toEqual([undefined, undefined]);
    expect(JSON.parse(body.toString())).toEqual({ text: words });
  });
});
