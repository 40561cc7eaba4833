import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorOf } from "../../conformance/source-conformance.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { openApi, type OpenApi } from "./open-api.js";

let server: LocalServer;
let other: LocalServer;
let api: OpenApi | undefined;
let seen: string[];
let otherSeen: number;

beforeEach(async () => {
  seen = [];
  otherSeen = 0;
  server = await serve(answer);
  other = await serve((_, response) => {
    otherSeen++;
    response.end("{}");
  });
});
afterEach(async () => {
  await api?.source.close();
  await Promise.all([server.close(), other.close()]);
});

/** `/to/<status>/<target>` redirects, `/loop/<n>` does so for ever, everything else answers what came. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    seen.push(`${method} ${url}`);
    const redirect = /^\/to\/(\d+)\/([^?]*)/.exec(url!);
    const loop = /^\/loop\/(\d+)/.exec(url!);
    if (redirect)
      response.writeHead(Number(redirect[1]), { location: decodeURIComponent(redirect[2]!) }).end();
    else if (loop) response.writeHead(302, { location: `/loop/${Number(loop[1]) + 1}` }).end();
    else
      response.end(
        JSON.stringify({ method, url, body, type: headers["content-type"], auth: headers.authorization }),
      );
  });
}

async function open(operation: string, source = ""): Promise<OpenApi> {
  api = await openApi(
    `base_url: ${server.url}\nauth: { type: bearer, token: "\${TOKEN}" }\n${source}\noperations:\n  it: { ${operation} }`,
    { secrets: { TOKEN: "marked" } },
  );
  return api;
}

const to = (status: number, target: string) => `path: /to/${status}/${encodeURIComponent(target)}`;

test.each([301, 302, 303, 307, 308])(
  "a read follows %d on its origin, with its credentials",
  async (status) => {
    expect(await (await open(to(status, "/found?a=1"))).value("it")).toMatchObject({
      method: "GET",
      url: "/found?a=1",
      auth: "Bearer marked",
    });
  },
);

test("relative and whole addresses are followed alike", async () => {
  const { value } = await open(to(302, "../../up"));
  expect(await value("it")).toMatchObject({ url: "/up" });
  const whole = await open(to(302, `${server.url}/whole`));
  expect(await whole.value("it")).toMatchObject({ url: "/whole" });
});

test("a reading POST becomes a GET, but for 307 and 308", async () => {
  const post = "method: POST, effect: read, body: { a: 1 }";
  expect(await (await open(`${to(302, "/x")}, ${post}`)).value("it")).toMatchObject({
    method: "GET",
    body: "",
  });
  const kept = await (await open(`${to(307, "/x")}, ${post}`)).value("it");
  expect(kept).toMatchObject({ method: "POST", body: '{"a":1}', type: "application/json" });
});

test.each([
  "http://127.0.0.1:1/",
  "//evil.example/x",
  "https://evil.example/",
  "file:///etc/passwd",
  "http://[bad",
])("%s is not followed", async (target) => {
  const { reply } = await open(to(302, target));
  const error = await errorOf(reply("it"));
  expect(error.code).toBe("SOURCE_FAILED");
  expect(error.problem.upstreamStatus).toBe(302);
  expect(seen).toHaveLength(1);
});

test("another port of the same host is another origin: nothing is sent there", async () => {
  const { reply } = await open(to(302, `${other.url}/steal`));
  expect((await errorOf(reply("it"))).problem.upstreamStatus).toBe(302);
  expect(otherSeen).toBe(0);
});

test("loops end", async () => {
  const { reply, logged } = await open("path: /loop/0");
  const error = await errorOf(reply("it"));
  expect(error.problem.upstreamStatus).toBe(302);
  expect(seen).toHaveLength(6);
  expect(logged[0]).toMatchObject({ reason: "it redirects more than 5 times" });
});

test("`redirects` says how many are followed; 0 follows none", async () => {
  await errorOf((await open("path: /loop/0, redirects: 2")).reply("it"));
  expect(seen).toHaveLength(3);
  seen = [];
  await errorOf((await open("path: /loop/0", "redirects: 0")).reply("it"));
  expect(seen).toHaveLength(1);
});

test("a write is not sent on", async () => {
  await errorOf((await open(`${to(307, "/x")}, method: POST, body: 1`)).reply("it"));
  expect(seen).toHaveLength(1);
});

test("a redirect that is an answer of its own is not followed", async () => {
  const found = await open(`${to(302, "/x")}, success: 302, select: $response.headers.location`);
  expect(await found.value("it")).toBe("/x");
  expect(await (await open(`${to(302, "/x")}, empty_on: 302`)).value("it")).toBeNull();
});

test("a key in the query goes along", async () => {
  api = await openApi(
    `base_url: ${server.url}\nauth: { type: api_key, query: key, value: "\${KEY}" }\noperations:\n  it: { ${to(302, "/x?key=old&a=1")} }`,
    { secrets: { KEY: "marked" } },
  );
  expect(await api.value("it")).toMatchObject({ url: "/x?a=1&key=marked" });
});

test("a call that is given up on its way is sent nowhere else", async () => {
  const { watch } = await open("path: /loop/0, redirects: 20");
  const call = watch("it");
  await new Promise((resolve) => setTimeout(resolve, 3));
  call.cancel();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(call.told).toEqual([]);
  const before = seen.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(seen).toHaveLength(before);
});
