import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { nextLink } from "../../../src/sources/api/link-header.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

type Answer = { readonly body: unknown; readonly headers?: Record<string, string> };

let server: LocalServer;
let api: OpenApi | undefined;
let seen: string[];
let answer: (url: URL, body: string) => Answer | undefined;

beforeEach(async () => {
  seen = [];
  server = await serve((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      seen.push(request.url!);
      const given = answer(new URL(request.url!, server.url), body);
      if (given !== undefined) response.writeHead(200, given.headers ?? {}).end(JSON.stringify(given.body));
    });
  });
});
afterEach(async () => {
  await api?.source.close();
  await server.close();
});

async function open(operation: string, source = ""): Promise<OpenApi> {
  api = await openApi(`base_url: ${server.url}\n${source}\noperations:\n  it: { ${operation} }`, {
    secrets: { KEY: "marked" },
  });
  return api;
}

/** Three pages with two items each. */
const numbered = (url: URL) => {
  const page = Number(url.searchParams.get("page"));
  return { body: { items: page > 3 ? [] : [page * 10, page * 10 + 1] } };
};

describe("by page", () => {
  test("goes on until the first empty one, and gives all values", async () => {
    answer = numbered;
    const { value } = await open(
      "path: /list, query: { q: 1 }, select: $response.body.items, paging: { by: page, param: page }",
    );
    expect(await value("it")).toEqual([10, 11, 20, 21, 30, 31]);
    expect(seen).toEqual([1, 2, 3, 4].map((page) => `/list?q=1&page=${page}`));
  });

  test("begins where `start` says", async () => {
    answer = numbered;
    const { value } = await open(
      "path: /, select: $response.body.items, paging: { by: page, param: page, start: 3 }",
    );
    expect(await value("it")).toEqual([30, 31]);
  });

  test("as many pages as are allowed are fine, one more fails", async () => {
    answer = numbered;
    const paging = (most: number) =>
      `path: /, select: $response.body.items, paging: { by: page, param: page, max_pages: ${most} }`;
    expect(await (await open(paging(3))).value("it")).toHaveLength(6);
    expect((await errorOf((await open(paging(2))).reply("it"))).code).toBe("TOO_MANY_PAGES");
  });
});

describe("by cursor", () => {
  const cursors = (url: URL) => {
    const after = url.searchParams.get("after");
    return { body: { data: [after ?? "first"], next: after === null ? "a&b" : after === "a&b" ? 7 : null } };
  };
  const operation =
    "path: /, select: $response.body.data, paging: { by: cursor, next: $response.body.next, param: after }";

  test("follows what each page names, encoded", async () => {
    answer = cursors;
    expect(await (await open(operation)).value("it")).toEqual(["first", "a&b", "7"]);
    expect(seen).toEqual(["/", "/?after=a%26b", "/?after=7"]);
  });

  test("a cursor that never ends fails at the bound, without a further call", async () => {
    answer = () => ({ body: { data: [1], next: "again" } });
    const error = await errorOf((await open(operation)).reply("it"));
    expect(error.code).toBe("TOO_MANY_PAGES");
    expect(error.message).toContain("10 pages");
    expect(seen).toHaveLength(10);
  });

  test("a cursor that is no text fails", async () => {
    answer = () => ({ body: { data: [1], next: { a: 1 } } });
    expect((await errorOf((await open(operation)).reply("it"))).code).toBe("SOURCE_REPLY_INVALID");
  });

  test("in a GraphQL document is a variable", async () => {
    const bodies: unknown[] = [];
    answer = (_, body) => {
      const { variables } = JSON.parse(body) as { variables: { after?: string } };
      bodies.push(variables);
      return {
        body: {
          data: { list: [variables.after ?? "first"], end: variables.after === undefined ? "c1" : null },
        },
      };
    };
    const { value } = await open(
      'graphql: "query ($after: String, $n: Int!) { list(after: $after, n: $n) end }", variables: { n: 2 }, ' +
        "select: $response.body.list, paging: { by: cursor, next: $response.body.end, param: after }",
    );
    expect(await value("it")).toEqual(["first", "c1"]);
    expect(bodies).toEqual([{ n: 2 }, { n: 2, after: "c1" }]);
  });
});

describe("by link", () => {
  const linked = (target: string) => (url: URL) => ({
    body: [url.pathname],
    headers: url.pathname === "/last" ? {} : { Link: `<${target}>; rel="next"` },
  });
  const operation = "path: /list, paging: { by: link }";

  test("follows `next`, relative or whole", async () => {
    answer = linked("/last?p=2");
    expect(await (await open(operation)).value("it")).toEqual(["/list", "/last"]);
    answer = linked(`${server.url}/last`);
    expect(await (await open(operation)).value("it")).toEqual(["/list", "/last"]);
  });

  test.each(["http://127.0.0.1:1/last", "//evil.example/last", "https://evil.example/"])(
    "%s, another origin, fails",
    async (target) => {
      answer = linked(target);
      const { reply, logged } = await open(operation);
      expect((await errorOf(reply("it"))).code).toBe("SOURCE_REPLY_INVALID");
      expect(seen).toHaveLength(1);
      expect(logged[0]).toMatchObject({ reason: "its next page is on another origin" });
    },
  );

  test("keeps a key that stands in the query", async () => {
    answer = linked("/last?p=2");
    await (await open(operation, 'auth: { type: api_key, query: key, value: "${KEY}" }')).value("it");
    expect(seen).toEqual(["/list?key=marked", "/last?p=2&key=marked"]);
  });
});

describe("over all pages", () => {
  test("null is an empty page, anything else that is no list fails", async () => {
    answer = () => ({ body: null });
    expect(await (await open("path: /, paging: { by: link }")).value("it")).toEqual([]);
    answer = () => ({ body: { a: 1 } });
    const error = (await errorOf(
      (await open("path: /, paging: { by: link }")).reply("it"),
    )) as OrchestratorError;
    expect(error.code).toBe("SOURCE_REPLY_INVALID");
  });

  test("`max_response` holds for all of them together", async () => {
    answer = () => ({ body: { data: ["x".repeat(600)], next: "again" } });
    const operation =
      "path: /, max_response: 2kb, select: $response.body.data, paging: { by: cursor, next: $response.body.next, param: after }";
    expect((await errorOf((await open(operation)).reply("it"))).code).toBe("SOURCE_REPLY_TOO_LARGE");
    expect(seen).toHaveLength(4);
  });

  test("a failing page fails the call", async () => {
    answer = (url) => ({ body: url.searchParams.get("page") === "2" ? "no list" : [1] });
    expect((await errorOf((await open("path: /, paging: { by: page, param: page }")).reply("it"))).code).toBe(
      "SOURCE_REPLY_INVALID",
    );
  });

  test("a call that is given up asks for no further page", async () => {
    answer = (url) => (url.searchParams.get("page") === "2" ? undefined : { body: [1] });
    const { watch } = await open("path: /, paging: { by: page, param: page }");
    const call = watch("it");
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = server.nextClose();
    call.cancel();
    await closed;
    expect(call.told).toEqual([]);
    expect(seen).toHaveLength(2);
  });
});

describe("what is refused", () => {
  test.each([
    ["a write", "method: POST, paging: { by: link }", "CONFIG_VALUE_INVALID"],
    [
      "a parameter that is written too",
      "query: { page: 1 }, paging: { by: page, param: page }",
      "CONFIG_VALUE_INVALID",
    ],
    ["no cursor", "paging: { by: cursor, param: a }", "CONFIG_KEY_MISSING"],
    ["an unknown way", "paging: { by: offset }", "CONFIG_VALUE_UNKNOWN"],
  ])("%s", (_, operation, code) => {
    const yaml = `base_url: https://api.example\noperations:\n  it: { path: /, ${operation} }`;
    expect(checkApi(yaml).problems.map((problem) => problem.code)).toEqual([code]);
  });
});

test("the shape of the value is a list of what `select` takes", () => {
  const schema = "{ type: object, properties: { items: { type: array, items: { type: integer } } } }";
  const { calls } = checkApi(
    `base_url: https://api.example\noperations:\n  it: { path: /, schema: ${schema}, select: $response.body.items, paging: { by: link } }`,
  );
  expect(calls.get("it")!.shape).toEqual({ type: "array", items: { type: "integer" } });
});

test.each<[string | undefined, string | undefined]>([
  ['<https://a/?p=2>; rel="next"', "https://a/?p=2"],
  ['</first>; rel=first, </n>; rel="prev next"', "/n"],
  ["</n>; title=x; rel=next", "/n"],
  ['</a,b>; rel="next"', "/a,b"],
  ['</a>; title="<x>; rel=next"', undefined],
  ["</a>; rel=nextest", undefined],
  ["nonsense", undefined],
  [undefined, undefined],
])("Link: %s", (header, target) => expect(nextLink(header)).toBe(target));
