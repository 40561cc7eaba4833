import { connect } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { parseReply, rawExchange, requestText } from "../server/start-fake.js";
import { expectProblem } from "./expect-problem.js";
import { openShop, type Shop } from "./hostile-shop.js";
import type { Reply } from "./project.js";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  return () => shop.close();
});

/** A request, written into a socket as it is; afterwards the service answers a good one. */
async function answerTo(text: string): Promise<Reply> {
  const reply = parseReply(await rawExchange(shop.port, text, 10_000));
  await shop.expectGood();
  return reply;
}

const get = (target: string, headers: string[] = []) => answerTo(requestText(target, { headers }));

function post(target: string, body: string, headers: string[] = []): Promise<Reply> {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const all = ["content-type: application/json", length, ...headers];
  return answerTo(requestText(target, { method: "POST", headers: all, body }));
}

const add = "/orchestrator/notes/add";

describe("a body", () => {
  test.each([
    ["that is cut short", '{"author":"a","text":'],
    ["with single quotes", "{'author':'a'}"],
    ["with a comment", '{"author":"a"} // x'],
    ["of two values", "{} {}"],
    ["with a bare word", "{author:1}"],
    ["of a byte order mark alone", "\ufeff"],
    ["nested 50,000 deep", "[".repeat(50_000)],
  ])("%s is not JSON", async (_, body) => expectProblem(await post(add, body), 400, "REQUEST_MALFORMED"));

  test.each([
    ["a list", "[]", "/body"],
    ["null", "null", "/body"],
    ["a number for a text", '{"author":7,"text":"x"}', "/body/author"],
    ["an object for a text", '{"author":{"$ne":null},"text":"x"}', "/body/author"],
    ["__proto__", '{"__proto__":{"author":"a"},"text":"x"}', "/body/__proto__"],
    ["an integer beyond 2^53", '{"author":"a","text":"x","count":9007199254740993}', "/body/count"],
    ["a number beyond all", '{"author":"a","text":"x","count":1e999}', "/body/count"],
  ])("with %s is refused, with a pointer", async (_, body, pointer) => {
    const reply = await post(add, body);
    expectProblem(reply, 400, "REQUEST_INVALID");
    const { errors } = JSON.parse(reply.body) as { errors: { pointer: string }[] };
    expect(errors.map((each) => each.pointer)).toContain(pointer);
  });

  test("larger than the limit, as it declares, is a 413", async () => {
    expectProblem(await post(add, `"${"x".repeat(70_000)}"`), 413, "REQUEST_TOO_LARGE");
  });

  test("larger than the limit, in chunks, is a 413", async () => {
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const headers = ["content-type: application/json", "transfer-encoding: chunked"];
    const text = requestText(add, { method: "POST", headers, body: `${chunk}${chunk}0\r\n\r\n` });
    expectProblem(await answerTo(text), 413, "REQUEST_TOO_LARGE");
  });

  test("in a NUL-ended text is a 400 of the database's parameter", async () => {
    expectProblem(await post(add, '{"author":"a\\u0000b","text":"x"}'), 400, "PARAMETER_INVALID");
  });

  test("with a `constructor` of its own is only data", async () => {
    const reply = await post(
      "/orchestrator/notes/echo",
      '{"constructor":{"prototype":{"x":1}},"toString":"mine"}',
    );
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({ constructor: { prototype: { x: 1 } }, toString: "mine" });
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("a path", () => {
  test.each([
    ["%00", 400, "REQUEST_MALFORMED"],
    ["%", 400, "REQUEST_MALFORMED"],
    ["%c3%28", 400, "REQUEST_MALFORMED"],
    ["", 404, "ROUTE_NOT_FOUND"],
    ["a/b", 404, "ROUTE_NOT_FOUND"],
    ["%2e%2e", 400, "PARAMETER_INVALID"],
    [".", 400, "PARAMETER_INVALID"],
  ])("that ends with %s is refused", async (id, status, code) => {
    expectProblem(await get(`/orchestrator/remote/${id}`), status, code, [shop.upstreamAddress]);
  });

  test.each([
    ["a%2fb", "a%2Fb"],
    ["..%2f..%2fadmin", "..%2F..%2Fadmin"],
    ["%5c..%5c", "%5C..%5C"],
    ["%27%22%3b", "'%22%3B"],
    ["%0d%0aHost:%20evil", "%0D%0AHost%3A%20evil"],
    ["a%3fadmin=1%23", "a%3Fadmin%3D1%23"],
    ["%25%32%65", "%252e"],
  ])("that ends with %s reaches the upstream as one segment", async (id, sent) => {
    const reply = await get(`/orchestrator/remote/${id}`);
    expect(reply.status).toBe(200);
    expect(decodeURIComponent(JSON.parse(reply.body) as string)).toBe(decodeURIComponent(`/items/${sent}`));
    expect((JSON.parse(reply.body) as string).slice("/items/".length)).not.toMatch(/[/?#\\\s]/);
  });

  test("above the root of the service leads nowhere", async () => {
    expectProblem(await get("/orchestrator/../../etc/passwd"), 404, "ROUTE_NOT_FOUND");
    expectProblem(await get("//evil.example/orchestrator"), 404, "ROUTE_NOT_FOUND");
    expectProblem(await get("/docs/..%2f..%2fpackage.json"), 404, "ROUTE_NOT_FOUND");
  });

  test("that no parameter fits is a 400 with its pointer", async () => {
    for (const id of ["9007199254740993", "1e3", "0x10", "1.5", "%20", "--1", "NaN", "१"]) {
      expectProblem(
        await get(`/orchestrator/numbers/${encodeURI(id).replace("%2520", "%20")}`),
        400,
        "REQUEST_INVALID",
      );
    }
  });

  test("of 20,000 characters is refused or not found", async () => {
    const reply = await get(`/orchestrator/remote/${"a".repeat(20_000)}`);
    expect([400, 414, 431]).toContain(reply.status);
    expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  });
});

describe("a query", () => {
  test("with a key twice is a 400", async () => {
    expectProblem(await get("/orchestrator/notes/find?author=a&author=b"), 400, "REQUEST_INVALID");
  });

  test("with injection finds nothing and breaks nothing", async () => {
    const reply = await get("/orchestrator/notes/find?author=%27%20OR%201=1;%20DROP%20TABLE%20notes;--");
    expect([reply.status, reply.body]).toEqual([200, "[]"]);
  });

  test("with names of prototypes is ignored", async () => {
    const reply = await get(
      "/orchestrator/notes/find?author=ada&__proto__=x&constructor=y&__proto__[a]=1&a[b]=c",
    );
    expect([reply.status, reply.body]).toEqual([200, '[{"text":"first"}]']);
  });

  test.each(["%zz", "%", "%c3%28", "author=%00"])("with %s is a 400", async (query) => {
    expectProblem(await get(`/orchestrator/notes/find?${query}`), 400, "REQUEST_MALFORMED");
  });

  test("of a thousand keys is answered", async () => {
    const query = Array.from({ length: 1_000 }, (_, index) => `k${index}=1`).join("&");
    expect((await get(`/orchestrator/notes/find?author=ada&${query}`)).status).toBe(200);
  });
});

describe("headers", () => {
  test("that are huge are a 431", async () => {
    const reply = await get("/orchestrator/notes/find", [`x-large: ${"a".repeat(100_000)}`]);
    expectProblem(reply, 431, "REQUEST_HEADERS_TOO_LARGE");
  });

  test("that do not fit their schema are a 400", async () => {
    const reply = await get("/orchestrator/notes/find?author=ada", ["x-limit: '; DROP TABLE notes"]);
    expectProblem(reply, 400, "REQUEST_INVALID");
  });

  test("with a content type that is none are a 415", async () => {
    const reply = await answerTo(
      requestText(add, {
        method: "POST",
        headers: ["content-type: \u0001", "content-length: 2"],
        body: "{}",
      }),
    );
    expect([400, 415]).toContain(reply.status);
    expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  });

  test("with a wrong length end the connection with a 400", async () => {
    const text = requestText(add, { method: "POST", headers: ["content-length: -1"], body: "{}" });
    expectProblem(await answerTo(text), 400, "REQUEST_MALFORMED");
  });
});

describe("a caller that hangs up", () => {
  const whole = requestText(add, {
    method: "POST",
    headers: ["content-type: application/json", "content-length: 31"],
    body: '{"author":"hung","text":"half"}',
  });

  test.each([10, 60, whole.length - 20, whole.length - 1])("after %i bytes writes nothing", async (count) => {
    await new Promise<void>((resolve) => {
      const socket = connect(shop.port, "127.0.0.1", () => {
        socket.write(whole.slice(0, count), () => socket.resetAndDestroy());
      });
      socket.on("close", () => resolve());
    });
    await shop.expectGood();
    expect((await get("/orchestrator/notes/find?author=hung")).body).toBe("[]");
  });
});
