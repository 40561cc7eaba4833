import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { errorOf, expectNoSecret } from "../../conformance/source-conformance.js";
import { openApi, type OpenApi } from "./open-api.js";

let server: LocalServer | undefined;
let api: OpenApi | undefined;
afterEach(async () => {
  await api?.source.close();
  await server?.close();
});

/** Opens an API with one operation, whose other side answers like this. */
async function answering(listener: RequestListener, operation = "path: /", source = ""): Promise<OpenApi> {
  server = await serve(listener);
  api = await openApi(`base_url: ${server.url}\n${source}\noperations:\n  it:\n    ${operation}`);
  return api;
}

function text(
  status: number,
  body: string,
  headers: Record<string, string | string[]> = {},
): RequestListener {
  return (_, response) => response.writeHead(status, headers).end(body);
}

async function valueOf(listener: RequestListener, operation?: string, parameters?: JsonObject) {
  return (await answering(listener, operation)).value("it", parameters);
}

async function failureOf(listener: RequestListener, operation?: string) {
  return errorOf((await answering(listener, operation)).reply("it"));
}

describe("the value", () => {
  test("is the body, with status and headers for `$meta`", async () => {
    const reply = await (
      await answering(text(201, '{"a":[1,null]}', { "X-Total": "5", "Set-Cookie": ["a=1", "b=2"] }))
    ).reply("it");
    expect(reply.value).toEqual({ a: [1, null] });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject({ "x-total": "5", "set-cookie": "a=1\nb=2" });
  });

  test.each([
    [204, ""],
    [200, ""],
  ])("is null for %d with an empty body", async (status, body) => {
    expect(await valueOf(text(status, body))).toBeNull();
    expect(await valueOf(text(status, body), "response_type: text")).toBeNull();
  });

  test("is null for HEAD, whose headers can be selected", async () => {
    const head: RequestListener = (_, response) => response.writeHead(200, { "Content-Length": 1234 }).end();
    expect(await valueOf(head, "method: HEAD")).toBeNull();
    expect(await valueOf(head, "{ method: HEAD, select: \"$response.headers['content-length']\" }")).toBe(
      "1234",
    );
  });

  test("is read as JSON whatever Content-Type says", async () => {
    expect(await valueOf(text(200, "[1]", { "Content-Type": "text/html" }))).toEqual([1]);
  });

  test("is text with `response_type: text`", async () => {
    expect(await valueOf(text(200, "a,b\n1,2"), "response_type: text")).toBe("a,b\n1,2");
  });

  test("keeps integers that a number cannot hold as text", async () => {
    expect(await valueOf(text(200, '{"id":9007199254740993,"n":1.5}'))).toEqual({
      id: "9007199254740993",
      n: 1.5,
    });
  });

  test("is decoded", async () => {
    const zipped: RequestListener = (_, response) =>
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync('{"a":"ü"}'));
    expect(await valueOf(zipped)).toEqual({ a: "ü" });
  });

  test("with `__proto__` in it changes no other object", async () => {
    const value = (await valueOf(text(200, '{"__proto__":{"polluted":true}}'))) as JsonObject;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(({} as JsonObject)["polluted"]).toBeUndefined();
    expect(await valueOf(text(200, '{"__proto__":{"a":1}}'), "select: $response.body.a")).toBeNull();
  });
});

describe("`select`", () => {
  test.each([
    ["$response.body.data.score", 700],
    ["$response.body.nothing.here", null],
    ["$response.status", 200],
    ["$response.headers['x-total']", "5"],
    ["{ score: $response.body.data.score, of: $params.id }", { score: 700, of: 7 }],
    ["'{{ $response.body.data.list.map(l => l.n) }}'", [1, 2]],
  ])("%s", async (select, value) => {
    const body = JSON.stringify({ data: { score: 700, list: [{ n: 1 }, { n: 2 }] } });
    expect(await valueOf(text(200, body, { "X-Total": "5" }), `select: ${select}`, { id: 7 })).toEqual(value);
  });

  test("that fails gives its own code", async () => {
    const repeated = "select: \"{{ 'x'.repeat($response.body.n) }}\"";
    expect((await failureOf(text(200, '{"n":1000000000}'), repeated)).code).toMatch(/^EXPRESSION_/);
  });
});

describe("a failing status", () => {
  test.each([[300], [302], [400], [401], [404], [500], [502], [504]])("%d", async (status) => {
    const error = await failureOf(text(status, "secret", { Location: "http://elsewhere.invalid/" }));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(error.problem.upstreamStatus).toBe(status);
    expectNoSecret(error, ["secret", "127.0.0.1"]);
    expect(api!.logged).toEqual([
      {
        level: "warn",
        message: "A call of an API failed.",
        operation: "it",
        method: "GET",
        code: error.code,
        status,
      },
    ]);
  });

  test.each([
    [429, { "Retry-After": "3" }, 3_000],
    [503, { "Retry-After": "0" }, 0],
    [503, {}, undefined],
    [503, { "Retry-After": "soon" }, undefined],
    [503, { "Retry-After": "-5" }, undefined],
  ])("%d with %j passes on when to try again", async (status, headers, retryAfterMs) => {
    const { code, problem } = await failureOf(text(status, "", headers));
    expect(code).toBe("SOURCE_UNAVAILABLE");
    expect(problem).toMatchObject({ upstreamStatus: status });
    expect(problem.retryAfterMs).toBe(retryAfterMs);
  });

  test("with Retry-After as a date", async () => {
    const { problem } = await failureOf(
      text(503, "", { "Retry-After": new Date(Date.now() + 60_000).toUTCString() }),
    );
    expect(problem.retryAfterMs).toBeGreaterThan(55_000);
    expect(problem.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test("is decided by `success`, of the operation before that of the source", async () => {
    await answering(
      ({ url }, response) => response.writeHead(Number(url!.slice(1))).end("1"),
      "path: '/{status}'",
    );
    const codes = async (operation: string, source: string) => {
      api = await openApi(
        `base_url: ${server!.url}\n${source}\noperations:\n  it: { path: '/{status}', ${operation} }`,
      );
      const outcomes = [200, 202, 404, 500].map((status) =>
        api!.value("it", { status }).then(
          () => status,
          () => 0,
        ),
      );
      return (await Promise.all(outcomes)).filter((status) => status > 0);
    };
    expect(await codes("", "")).toEqual([200, 202]);
    expect(await codes("", "success: 200")).toEqual([200]);
    expect(await codes("success: [2xx, 404]", "success: 200")).toEqual([200, 202, 404]);
    expect(await codes("success: $response.status < 500", "success: 200")).toEqual([200, 202, 404]);
    expect(await codes("success: 5XX", "")).toEqual([500]);
  });

  test("of `empty_on` gives null, whatever its body is", async () => {
    expect(await valueOf(text(404, "<html>"), "empty_on: [404, 410]")).toBeNull();
    expect(
      await valueOf(text(404, "{}"), "{ empty_on: 404, select: 'always {{ $response.status }}' }"),
    ).toBeNull();
  });
});

describe("`success` as an expression", () => {
  const operation = "success: $response.body.ok == true";

  test("sees the body", async () => {
    expect(await valueOf(text(500, '{"ok":true}'), operation)).toEqual({ ok: true });
    expect((await failureOf(text(200, '{"ok":false}'), operation)).code).toBe("SOURCE_FAILED");
  });

  test("sees null where the body cannot be parsed, and an answer that passes must be parsed", async () => {
    expect((await failureOf(text(500, "<html>"), operation)).code).toBe("SOURCE_FAILED");
    const byStatus = "success: $response.status < 300";
    expect((await failureOf(text(200, "<html>"), byStatus)).code).toBe("SOURCE_REPLY_INVALID");
  });

  test("must be true, not only something", async () => {
    expect((await failureOf(text(200, '{"ok":1}'), "success: $response.body.ok")).code).toBe("SOURCE_FAILED");
  });
});

describe("an answer that cannot be read", () => {
  test.each([
    ["HTML", "<html></html>", {}],
    ["half of a JSON", '{"a":', {}],
    ["two JSONs", "{}{}", {}],
    ["blanks", "  ", {}],
    ["wrong bytes for its charset", "\u00fc", { "Content-Type": "application/json; charset=utf-8" }],
    ["an unknown charset", "{}", { "Content-Type": "application/json; charset=klingon" }],
  ])("%s", async (_, body, headers) => {
    const wrong: RequestListener = (__, response) =>
      response.writeHead(200, headers).end(Buffer.from(body, "latin1"));
    const error = await failureOf(wrong);
    expect(error.code).toBe("SOURCE_REPLY_INVALID");
    expect(api!.logged[0]!["reason"]).toMatch(/^its body is not/);
    expect(JSON.stringify(api!.logged)).not.toContain("html");
  });

  test("is larger than `max_response`, of the operation before that of the source", async () => {
    const large = text(200, JSON.stringify("x".repeat(3_000)));
    const limited = (await answering(large, "path: /", "max_response: 2kb")).reply("it");
    const error = await errorOf(limited);
    expect(error.code).toBe("SOURCE_REPLY_TOO_LARGE");
    expect(error.message).toContain("2kb");
    expect(await (await answering(large, "max_response: 4kb", "max_response: 2kb")).value("it")).toHaveLength(
      3_000,
    );
  });
});

test("a cancelled call closes its connection and tells nothing", async () => {
  await answering(() => undefined);
  const call = api!.watch("it");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server!.nextClose();
  call.cancel();
  await closed;
  expect(call.told).toEqual([]);
  expect(api!.logged).toEqual([]);
});
