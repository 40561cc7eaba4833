import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import type { LocalServer } from "../../connections/http/local-server.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { echoServer, type Received } from "./echo.js";
import { openApi, type OpenApi } from "./open-api.js";

let server: LocalServer & { readonly received: Received[] };
let api: OpenApi | undefined;
beforeEach(async () => {
  server = await echoServer();
});
afterEach(async () => {
  await api?.source.close();
  await server.close();
});

/** Calls one operation, written as a flow mapping or a block, and gives what the other side received. */
async function sent(operation: string, parameters: JsonObject = {}, source = ""): Promise<Received> {
  api = await openApi(`base_url: ${server.url}/v1\n${source}\noperations:\n  it:\n    ${operation}`);
  await api.value("it", parameters);
  return server.received.at(-1)!;
}

async function refused(operation: string, parameters: JsonObject): Promise<string> {
  api = await openApi(`base_url: ${server.url}/v1\noperations:\n  it:\n    ${operation}`);
  const error = await errorOf(api.reply("it", parameters));
  expect(server.received).toEqual([]);
  expect(error.problem.wasSent).toBe(false);
  return error.code;
}

describe("the path", () => {
  test.each<[unknown, string]>([
    ["a b", "/v1/items/a%20b"],
    ["a/b", "/v1/items/a%2Fb"],
    ["%2f", "/v1/items/%252f"],
    ["%2e%2e", "/v1/items/%252e%252e"],
    ["../admin", "/v1/items/..%2Fadmin"],
    ["..\\admin", "/v1/items/..%5Cadmin"],
    ["a?admin=1", "/v1/items/a%3Fadmin%3D1"],
    ["a#b", "/v1/items/a%23b"],
    ["a;b=c", "/v1/items/a%3Bb%3Dc"],
    ['"', "/v1/items/%22"],
    ["'", "/v1/items/'"],
    ["\0", "/v1/items/%00"],
    ["a\r\nHost: evil", "/v1/items/a%0D%0AHost%3A%20evil"],
    ["Zürich", "/v1/items/Z%C3%BCrich"],
    ["😀", "/v1/items/%F0%9F%98%80"],
    ["//evil.example", "/v1/items/%2F%2Fevil.example"],
    ["@evil.example", "/v1/items/%40evil.example"],
    ["...", "/v1/items/..."],
    [7, "/v1/items/7"],
    [-1.5, "/v1/items/-1.5"],
    [1e21, "/v1/items/1e%2B21"],
    [true, "/v1/items/true"],
  ])("takes %j as one part", async (id, url) => {
    expect((await sent("path: '/items/{id}'", { id } as JsonObject)).url).toBe(url);
  });

  test.each<[unknown, string]>([
    ["", "PARAMETER_INVALID"],
    [".", "PARAMETER_INVALID"],
    ["..", "PARAMETER_INVALID"],
    ["\ud800", "PARAMETER_INVALID"],
    [{ a: 1 }, "PARAMETER_INVALID"],
    [["a"], "PARAMETER_INVALID"],
    [null, "PARAMETER_NULL"],
  ])("refuses %j", async (id, code) => {
    expect(await refused("path: '/items/{id}'", { id } as JsonObject)).toBe(code);
  });

  test("refuses a parameter that is not there, also one that every object inherits", async () => {
    expect(await refused("path: '/items/{constructor}'", {})).toBe("PARAMETER_NULL");
  });

  test("may have several names, also inside of a part", async () => {
    const { url } = await sent("path: '/{year}-{month}/{name}.json'", { year: 2026, month: 1, name: "a/b" });
    expect(url).toBe("/v1/2026-1/a%2Fb.json");
  });

  test("is encoded where the file is not, and kept where it is", async () => {
    expect((await sent("path: /ä b/%20")).url).toBe("/v1/%C3%A4%20b/%20");
  });

  test("is that of the base URL where none is given", async () => {
    expect((await sent("description: all")).url).toBe("/v1");
  });
});

describe("the query", () => {
  test("leaves nulls out and encodes the rest", async () => {
    const query = "query: { a: $params.a, b: $params.b, 'c d': $params.c, n: 1, t: true }";
    const { url } = await sent(query, { a: "x&y=z#?", b: null, c: "ü +" });
    expect(url).toBe("/v1?a=x%26y%3Dz%23%3F&c%20d=%C3%BC%20%2B&n=1&t=true");
  });

  test("is not there where all of it is null", async () => {
    expect((await sent("query: { a: $params.a }")).url).toBe("/v1");
  });

  test.each([
    ["repeat", "/v1?ids=1&ids=a%2Cb&ids=true"],
    ["comma", "/v1?ids=1,a%2Cb,true"],
    ["brackets", "/v1?ids[]=1&ids[]=a%2Cb&ids[]=true"],
  ])("writes lists by `query_style: %s`", async (style, url) => {
    const ids = [1, "a,b", null, true];
    expect((await sent(`{ query: { ids: $params.ids }, query_style: ${style} }`, { ids })).url).toBe(url);
    expect((await sent("query: { ids: $params.ids }", { ids }, `query_style: ${style}`)).url).toBe(url);
  });

  test("leaves an empty list out", async () => {
    expect((await sent("query: { ids: $params.ids }", { ids: [] })).url).toBe("/v1");
  });

  test.each([[{ a: 1 }], [[[1]]], [[{ a: 1 }]]])("refuses %j", async (value) => {
    expect(await refused("query: { q: $params.q }", { q: value })).toBe("PARAMETER_INVALID");
  });

  test("comes from texts with values in them too", async () => {
    const { url } = await sent("query: { q: 'name:{{ $params.name }}' }", { name: "a b" });
    expect(url).toBe("/v1?q=name%3Aa%20b");
  });
});

describe("the headers", () => {
  test("of the operation are laid over those of the source, however they are written", async () => {
    const source = "headers: { X-A: source, X-B: source, X-C: source, Accept: text/csv }";
    const operation = "headers: { x-a: operation, X-B: null, X-D: $params.d, X-E: $params.e, X-N: 5 }";
    const { headers } = await sent(operation, { d: "Zü" }, source);
    expect(headers).toMatchObject({ "x-a": "operation", "x-c": "source", "x-n": "5", accept: "text/csv" });
    expect(Buffer.from(headers["x-d"] as string, "latin1").toString("latin1")).toBe("Zü");
    expect(headers).not.toHaveProperty("x-b");
    expect(headers).not.toHaveProperty("x-e");
  });

  test.each([["a\r\nX-Evil: 1"], ["a\nb"], ["a\rb"], ["a\0b"], ["\x7f"], ["€"]])(
    "refuse %j",
    async (value) => {
      expect(await refused("headers: { X-A: $params.a }", { a: value })).toBe("PARAMETER_INVALID");
    },
  );

  test("refuse lists and objects", async () => {
    expect(await refused("headers: { X-A: $params.a }", { a: ["x"] })).toBe("PARAMETER_INVALID");
    expect(await refused("headers: { X-A: $params.a }", { a: { b: 1 } })).toBe("PARAMETER_INVALID");
  });

  test("that nobody wrote name the product and JSON, and ask for no compression", async () => {
    const { headers } = await sent("path: /");
    expect(headers).toMatchObject({ "user-agent": "orchestrator-api-service", accept: "application/json" });
    expect(headers).not.toHaveProperty("accept-encoding");
    expect(headers).not.toHaveProperty("content-type");
  });

  test("that nobody wrote can be taken away", async () => {
    const { headers } = await sent("headers: { User-Agent: null, Accept: null }");
    expect(headers).not.toHaveProperty("user-agent");
    expect(headers).not.toHaveProperty("accept");
  });
});

describe("the body", () => {
  test("is JSON, keeps types and makes a POST", async () => {
    const received = await sent("body: { id: $params.id, list: [1, $params.list], none: null, plain: 'a' }", {
      id: 7,
      list: { ä: [true] },
    });
    expect(received.method).toBe("POST");
    expect(received.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(received.body)).toEqual({ id: 7, list: [1, { ä: [true] }], none: null, plain: "a" });
  });

  test("that never changes is sent as it is", async () => {
    expect((await sent("body: { a: [1, 'ü'] }")).body).toBe('{"a":[1,"ü"]}');
  });

  test("may be a form", async () => {
    const body = "{ body_type: form, body: { a: $params.a, b: [1, 2], c: null, d: 'x&y' } }";
    const received = await sent(body, { a: "ü =" });
    expect(received.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(received.body).toBe("a=%C3%BC%20%3D&b=1&b=2&d=x%26y");
  });

  test("may be text", async () => {
    const received = await sent("{ body_type: text, method: PUT, body: 'Hello {{ $params.name }}' }", {
      name: "Zoë",
    });
    expect(received.method).toBe("PUT");
    expect(received.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(received.body).toBe("Hello Zoë");
  });

  test("that is null is not sent, nor its Content-Type", async () => {
    const received = await sent("body: $params.body", { body: null });
    expect(received.method).toBe("POST");
    expect(received.body).toBe("");
    expect(received.headers).not.toHaveProperty("content-type");
    expect(received.headers["content-length"]).toBe("0");
  });

  test("has the Content-Type that is written", async () => {
    const operation = "{ headers: { content-type: application/vnd.api+json }, body: { a: 1 } }";
    expect((await sent(operation)).headers["content-type"]).toBe("application/vnd.api+json");
  });

  test("refuses what a form cannot hold", async () => {
    expect(await refused("{ body_type: form, body: $params.body }", { body: [1] })).toBe("PARAMETER_INVALID");
    expect(await refused("{ body_type: form, body: $params.body }", { body: { a: { b: 1 } } })).toBe(
      "PARAMETER_INVALID",
    );
  });
});

test.each(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])(
  "%s is sent as it is",
  async (method) => {
    expect((await sent(`method: ${method}`)).method).toBe(method);
  },
);

describe("the idempotency key", () => {
  const operation = "{ body: { a: 1 }, idempotency_key: 'order-{{ $params.id }}' }";

  test("is sent, the same for all attempts with the same parameters", async () => {
    await sent(operation, { id: 7 });
    await api!.value("it", { id: 7 });
    expect(server.received.map(({ headers }) => headers["idempotency-key"])).toEqual(["order-7", "order-7"]);
    expect(api!.call("it")).toMatchObject({ effect: "write", isIdempotent: true });
  });

  test("must be there: without it nothing is sent", async () => {
    expect(await refused("{ body: { a: 1 }, idempotency_key: $params.id }", { id: null })).toBe(
      "PARAMETER_NULL",
    );
  });
});
