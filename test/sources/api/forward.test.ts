import { afterEach, beforeEach, expect, test } from "vitest";
import type { CallContext, Caller } from "../../../src/contracts/source.js";
import { callContext } from "../../conformance/call-source.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { echoServer, type Received } from "./echo.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

let server: LocalServer & { readonly received: Received[] };
let api: OpenApi | undefined;
beforeEach(async () => {
  server = await echoServer();
});
afterEach(async () => {
  await api?.source.close();
  await server.close();
});

function from(caller: Partial<Caller>, forMs?: number): CallContext {
  return { ...callContext(forMs), caller: { headers: {}, query: {}, ...caller } };
}

async function sent(forward: string, context: CallContext, operation = "path: /a"): Promise<Received> {
  api = await openApi(`base_url: ${server.url}\nforward: ${forward}\noperations:\n  it: { ${operation} }`);
  await api.value("it", {}, context);
  return server.received.at(-1)!;
}

test("only what is listed passes", async () => {
  const headers = { "accept-language": "de", authorization: "Bearer x", cookie: "a=b", "x-tenant": "7" };
  const received = await sent(
    "{ headers: [Accept-Language, x-tenant], query: [q] }",
    from({ headers, query: { q: "1", r: "2" } }),
  );
  expect(received.headers).toMatchObject({ "accept-language": "de", "x-tenant": "7" });
  expect(received.headers).not.toHaveProperty("authorization");
  expect(received.headers).not.toHaveProperty("cookie");
  expect(received.url).toBe("/a?q=1");
});

test("nothing passes without `forward`, nor where there is no caller", async () => {
  api = await openApi(`base_url: ${server.url}\noperations:\n  it: { path: / }`);
  await api.value("it", {}, from({ headers: { "x-a": "1" }, query: { q: "1" } }));
  expect(server.received[0]!.url).toBe("/");
  expect(server.received[0]!.headers).not.toHaveProperty("x-a");
  expect((await sent("{ headers: [x-a], query: [q] }", callContext())).url).toBe("/a");
});

test("what the caller sent replaces what is written, which is the default", async () => {
  const operation = "path: /a, query: { a: 1 }, headers: { Accept-Language: en }";
  const forward = "{ headers: [accept-language], query: [q] }";
  expect((await sent(forward, from({}), operation)).headers["accept-language"]).toBe("en");
  const received = await sent(
    forward,
    from({ headers: { "accept-language": "de" }, query: { q: ["x y", "&a=2"] } }),
    operation,
  );
  expect(received.headers["accept-language"]).toBe("de");
  expect(received.url).toBe("/a?a=1&q=x%20y&q=%26a%3D2");
});

test("a name of Object.prototype is no parameter of the caller", async () => {
  expect((await sent("{ query: [constructor, toString], headers: [constructor] }", from({}))).url).toBe("/a");
});

test("a forwarded value never changes where the request goes", async () => {
  const received = await sent(
    "{ headers: [x-forwarded-host], query: [url] }",
    from({ headers: { "x-forwarded-host": "evil.example" }, query: { url: "http://evil.example/#@" } }),
  );
  expect(received.headers.host).toBe(new URL(server.url).host);
  expect(received.url).toBe("/a?url=http%3A%2F%2Fevil.example%2F%23%40");
});

test("the header of `deadline` tells how many milliseconds are left", async () => {
  const { headers } = await sent("{ deadline: X-Request-Timeout-Ms }", from({}, 5_000));
  expect(Number(headers["x-request-timeout-ms"])).toBeGreaterThan(4_000);
  expect(Number(headers["x-request-timeout-ms"])).toBeLessThanOrEqual(5_000);
  expect(headers["x-request-timeout-ms"]).toMatch(/^\d+$/);
});

test("`forwards` says what passes, for those who keep answers", async () => {
  const forward = "{ headers: [X-Tenant], query: [q], response_headers: [ETag] }";
  const { calls } = checkApi(
    `base_url: https://api.example\nforward: ${forward}\noperations:\n  it: { path: / }\n  own: { path: /, forward: {} }`,
  );
  expect(calls.get("it")!.forwards).toEqual({
    headers: ["x-tenant"],
    query: ["q"],
    responseHeaders: ["etag"],
  });
  expect(calls.get("own")!.forwards).toBeUndefined();
});

test("headers of the answer are there for the caller, cookies apart", async () => {
  const upstream = await serve((_, response) =>
    response.writeHead(200, { ETag: '"1"', "Set-Cookie": ["a=1", "b=2"] }).end("{}"),
  );
  api = await openApi(`base_url: ${upstream.url}\noperations:\n  it: { path: / }`);
  expect((await api.reply("it")).headers).toMatchObject({ etag: '"1"', "set-cookie": "a=1\nb=2" });
  await upstream.close();
});

test.each([
  "headers: [Connection]",
  "headers: [Transfer-Encoding]",
  "headers: [Keep-Alive]",
  "headers: [Content-Length]",
  "headers: [Content-Type]",
  "headers: [Accept-Encoding]",
  "headers: [Host]",
  "headers: [Proxy-Authorization]",
  "headers: [Upgrade]",
  "response_headers: [Connection]",
  "response_headers: [Content-Encoding]",
  "response_headers: [X-Orchestrator-Complete]",
  "deadline: Host",
  'headers: ["X A"]',
])("what belongs to one connection or one body is refused: %s", (forward) => {
  const { problems } = checkApi(
    `base_url: https://api.example\nforward: { ${forward} }\noperations:\n  it: { path: / }`,
  );
  expect(problems.map(({ location }) => location?.line)).toEqual([2]);
});

test("a query parameter that is forwarded and written is refused", () => {
  const yaml =
    "base_url: https://api.example\noperations:\n  it: { query: { q: 1 }, forward: { query: [q] } }";
  expect(checkApi(yaml).problems.map(({ code }) => code)).toEqual(["CONFIG_VALUE_INVALID"]);
});
