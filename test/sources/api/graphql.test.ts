import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readGraphql } from "../../../src/sources/api/graphql-document.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

let server: LocalServer;
let api: OpenApi | undefined;
let seen: {
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
}[];
let answer: unknown;

beforeEach(async () => {
  seen = [];
  server = await serve((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      seen.push({ method: request.method, type: request.headers["content-type"], body: JSON.parse(body) });
      response.end(JSON.stringify(answer));
    });
  });
});
afterEach(async () => {
  await api?.source.close();
  await server.close();
});

async function open(operation: string): Promise<OpenApi> {
  api = await openApi(
    `base_url: ${server.url}\noperations:\n  it:\n    ${operation.replaceAll("\n", "\n    ")}`,
    {
      files: { "orders.graphql": "mutation Pay($id: ID!) { pay(id: $id) { state } }" },
    },
  );
  return api;
}

const order = `graphql: |
  # An order { with its lines
  query Order($id: ID!, $first: Int = 10) { order(id: $id) { ...Lines note(text: "a } b") } }
  fragment Lines on Order { lines(first: $first) { name } }
variables: { id: $params.id, first: $params.first }`;

describe("an operation with a document", () => {
  test("is a POST of the document with its variables, whose types are kept; null is left out", async () => {
    answer = { data: { order: { id: 7 } } };
    const { value } = await open(`${order}\npath: /graphql`);
    expect(await value("it", { id: 7 })).toEqual({ order: { id: 7 } });
    const [{ method, type, body }] = seen as [(typeof seen)[0]];
    expect({ method, type }).toEqual({ method: "POST", type: "application/json" });
    expect(body).toMatchObject({ operationName: "Order", variables: { id: 7 } });
    expect((body as { query: string }).query).toContain("fragment Lines");
  });

  test("gives `data`, which `select` sees as the body", async () => {
    answer = { data: { order: { id: 7 } }, extensions: { cost: 1 } };
    expect(await (await open(`${order}\nselect: $response.body.order.id`)).value("it", { id: 1 })).toBe(7);
    answer = { data: null };
    expect(await (await open(order)).value("it", { id: 1 })).toBeNull();
    answer = { data: { a: 1 }, errors: [] };
    expect(await (await open(order)).value("it", { id: 1 })).toEqual({ a: 1 });
  });

  test("fails where the answer has errors, whatever data it has; the log says which, the caller does not see", async () => {
    answer = {
      data: { order: { id: 7 } },
      errors: [
        { message: "No such order", path: ["order", 0], extensions: { code: "NOT_FOUND" } },
        { message: "More" },
      ],
    };
    const { reply, logged } = await open(order);
    const error = await errorOf(reply("it", { id: 1 }));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(`${error.message} ${JSON.stringify(error.problem)}`).not.toContain("No such order");
    expect(logged[0]).toMatchObject({ reason: "2 GraphQL errors: NOT_FOUND: at order.0: No such order" });
  });

  test.each([[{ errors: "x" }], [{ errors: {} }], [{ errors: [null] }], [{ errors: [{ message: 5 }] }]])(
    "fails for errors of any form: %j",
    async (given) => {
      answer = given;
      expect((await errorOf((await open(order)).reply("it", { id: 1 }))).code).toBe("SOURCE_FAILED");
    },
  );

  test("is not sent without a required variable", async () => {
    const error = await errorOf((await open(order)).reply("it"));
    expect(error.code).toBe("PARAMETER_NULL");
    expect(seen).toEqual([]);
  });

  test("may stand in a file", async () => {
    answer = { data: { pay: { state: "paid" } } };
    const { value, call } = await open("graphql_file: orders.graphql\nvariables: { id: $params.id }");
    expect(await value("it", { id: "1" })).toEqual({ pay: { state: "paid" } });
    expect(call("it").effect).toBe("write");
  });
});

test("a query reads, a mutation writes, unless the operation says otherwise", async () => {
  expect((await open(order)).call("it").effect).toBe("read");
  expect((await open('graphql: "{ a }"')).call("it").effect).toBe("read");
  expect((await open('graphql: "mutation { a }"')).call("it").effect).toBe("write");
  expect((await open('graphql: "mutation { a }"\neffect: read')).call("it").effect).toBe("read");
});

describe("what is refused", () => {
  test.each([
    ["a subscription", 'graphql: "subscription { a }"'],
    ["several operations", 'graphql: "query A { a } query B { b }"'],
    ["no operation", 'graphql: "fragment A on B { c }"'],
    ["another word", 'graphql: "select { a }"'],
    ["an open brace", 'graphql: "query { a { b }"'],
    ["a brace too many", 'graphql: "query { a }}"'],
    ["brackets that cross", 'graphql: "query { a(b: [1) ] }"'],
    ["an open text", "graphql: 'query { a(b: \"x) }'"],
    ["a character of no language", 'graphql: "query { a % b }"'],
    ["nothing after the operation's name", 'graphql: "query A"'],
    ["an unknown variable", 'graphql: "query ($a: Int) { b(a: $a) }"\nvariables: { b: 1 }'],
    ["a required variable without a value", 'graphql: "query ($a: Int!) { b(a: $a) }"'],
    ["a method", 'graphql: "{ a }"\nmethod: GET'],
    ["a body", 'graphql: "{ a }"\nbody: 1'],
    ["variables without a document", "path: /\nvariables: { a: 1 }"],
    ["two documents", 'graphql: "{ a }"\ngraphql_file: orders.graphql'],
  ])("%s", (_, operation) => {
    const yaml = `base_url: https://api.example\noperations:\n  it:\n    ${operation.replaceAll("\n", "\n    ")}`;
    const { problems } = checkApi(yaml, { files: { "orders.graphql": "{ a }" } });
    expect(problems.map(({ code }) => code)).toEqual(["CONFIG_VALUE_INVALID"]);
  });
});

test.each<[string, Record<string, boolean>]>([
  ["query { a }", {}],
  ["query A($a: Int) { a }", { a: false }],
  ["query A($a: Int!, $b: Int! = 1) { a }", { a: true, b: false }],
  ["query A($a: [Int!]!) { a }", { a: true }],
  ["query A($a: [Int!], $b: [[String]!]! @deprecated) { a }", { a: false, b: true }],
  ['query A($a: In = { b: [1, 2], c: "$d: X!" }, $e: E = RED) { a(b: $a) }', { a: false, e: false }],
  ["query A @directive(x: 1) { a(b: $a) }", {}],
  ['query A($a: String = """block "quoted" { """) { a }', { a: false }],
])("the variables of `%s`", (source, expected) => {
  const { document } = readGraphql(source);
  expect(
    Object.fromEntries([...document!.variables].map(([name, { isRequired }]) => [name, isRequired])),
  ).toEqual(expected);
});

test("a document of any length is read in time that grows with it", () => {
  const startMs = performance.now();
  readGraphql(`query { ${"a ".repeat(200_000)}`);
  readGraphql(`query { ${'"""'.repeat(20_001)}`);
  readGraphql("{".repeat(200_000));
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
