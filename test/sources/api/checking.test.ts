import { describe, expect, test } from "vitest";
import { checkApi } from "./open-api.js";

const source = "base_url: https://api.example/v1";

/** The problems of one operation, as `line CODE`; the operation begins at line 4. */
function problemsOf(operation: string, settings = source): string[] {
  const { problems } = checkApi(`${settings}\noperations:\n  it:\n    ${operation}`);
  return problems.map(({ code, location }) => `${location?.line} ${code}`);
}

function preparedOf(operation: string) {
  const { calls, problems } = checkApi(`${source}\noperations:\n  it:\n    ${operation}`);
  expect(problems).toEqual([]);
  return calls.get("it")!;
}

describe("what is refused", () => {
  test.each([
    ["a path without a slash", "path: orders", "4 CONFIG_VALUE_INVALID"],
    ["a query in the path", "path: '/orders?all=1'", "4 CONFIG_VALUE_INVALID"],
    ["a fragment in the path", "path: '/orders#x'", "4 CONFIG_VALUE_INVALID"],
    ["a path that climbs", "path: /orders/../admin", "4 CONFIG_VALUE_INVALID"],
    ["an open brace", "path: '/orders/{id'", "4 CONFIG_VALUE_INVALID"],
    ["an empty name", "path: '/orders/{}'", "4 CONFIG_VALUE_INVALID"],
    ["a name with blanks", "path: '/orders/{the id}'", "4 CONFIG_VALUE_INVALID"],
    ["an unknown method", "method: FETCH", "4 CONFIG_VALUE_UNKNOWN"],
    ["a body of HEAD", "{ method: HEAD, body: 1 }", "4 CONFIG_VALUE_INVALID"],
    ["an unknown key", "pth: /orders", "4 CONFIG_KEY_UNKNOWN"],
    ["a batch form without a key", "batch: { params: {} }", "4 CONFIG_KEY_MISSING"],
    ["a header of the connection", "headers: { Content-Length: 5 }", "4 CONFIG_VALUE_INVALID"],
    ["a computed Host", "headers: { Host: $params.host }", "4 CONFIG_VALUE_INVALID"],
    ["a header name with a blank", "headers: { 'X A': 1 }", "4 CONFIG_NAME_INVALID"],
    ["a list as a header", "headers: { X-A: [1, 2] }", "4 CONFIG_VALUE_INVALID"],
    ["a line break in a header", 'headers: { X-A: "a\\nb" }', "4 CONFIG_VALUE_INVALID"],
    ["an object in a query", "query: { q: { a: 1 } }", "4 CONFIG_VALUE_INVALID"],
    ["a list as a form", "{ body_type: form, body: [1] }", "4 CONFIG_VALUE_INVALID"],
    ["all parameters at once", "body: $params", "4 CONFIG_VALUE_INVALID"],
    ["a step in a query", "query: { q: $customer.id }", "4 EXPRESSION_NAME_UNKNOWN"],
    ["the answer in a query", "query: { q: $response.body }", "4 EXPRESSION_NAME_UNKNOWN"],
    ["a secret in a query", "query: { key: $env.API_KEY }", "4 CONFIG_SECRET_EXPOSED"],
    ["a status that is none", "success: 42", "4 CONFIG_TYPE_WRONG"],
    ["an informational range", "success: [1xx]", "4 CONFIG_TYPE_WRONG"],
    ["an expression with a fault", "success: $response.status <", "4 EXPRESSION_SYNTAX"],
    ["a size without a unit", "max_response: 10", "4 CONFIG_UNIT_MISSING"],
    [
      "an idempotency key that never changes",
      "{ body: 1, idempotency_key: always }",
      "4 CONFIG_VALUE_INVALID",
    ],
    [
      "an idempotency key of each attempt",
      "{ body: 1, idempotency_key: '{{ uuid() }}' }",
      "4 CONFIG_VALUE_INVALID",
    ],
  ])("%s", (_, operation, problem) => {
    expect(problemsOf(operation)).toEqual([problem]);
  });

  test("everything that is wrong with an operation, at once", () => {
    const problems = problemsOf(
      "{ headers: { TE: x, Host: $params.h }, query: { q: { a: 1 } }, body: $params }",
    );
    expect(problems.filter((each) => each === "4 CONFIG_VALUE_INVALID").length).toBeGreaterThanOrEqual(3);
  });

  test("a source without base_url, or with another scheme", () => {
    expect(problemsOf("path: /", "connections: 5")).toEqual(["1 CONFIG_KEY_MISSING"]);
    expect(problemsOf("path: /", "base_url: ftp://api.example")).toEqual(["1 CONFIG_VALUE_INVALID"]);
    expect(problemsOf("path: /", "base_url: http://a:b@api.example")).toEqual(["1 CONFIG_SECRET_LITERAL"]);
  });
});

describe("what a step may pass", () => {
  test("are the names of the path, which it must, and every `$params` of the operation", () => {
    const { parameters } = preparedOf(
      "{ path: '/{a}', query: { q: $params.b }, headers: { X: $params.c }, body: { d: $params.d.e }, " +
        "idempotency_key: $params.f, select: '{{ $response.body[$params.g] }}', success: $response.status != $params.h }",
    );
    expect(parameters).toEqual([
      { name: "a", isRequired: true, showsInUrl: true },
      { name: "b", isRequired: false, showsInUrl: true },
      ...["c", "d", "f", "g", "h"].map((name) => ({ name, isRequired: false, showsInUrl: false })),
    ]);
  });

  test("includes what the headers of the source use", () => {
    const { calls } = checkApi(
      `${source}\nheaders: { X-Tenant: $params.tenant }\noperations:\n  it: { path: / }`,
    );
    expect(calls.get("it")!.parameters).toEqual([{ name: "tenant", isRequired: false, showsInUrl: false }]);
  });
});

test.each([
  ["path: /", "read"],
  ["method: HEAD", "read"],
  ["method: OPTIONS", "read"],
  ["body: 1", "write"],
  ["method: DELETE", "write"],
  ["{ body: 1, effect: read }", "read"],
  ["{ path: /, effect: write }", "write"],
])("`%s` is a %s", (operation, effect) => {
  expect(preparedOf(operation).effect).toBe(effect);
  expect(preparedOf(operation).isIdempotent).toBe(false);
});

test("`schema` is the shape of the value, as far as `select` is a path into it", () => {
  const schema = "schema: { type: object, properties: { a: { type: integer } } }";
  expect(preparedOf(`{ ${schema} }`).shape).toEqual({
    type: "object",
    properties: { a: { type: "integer" } },
  });
  expect(preparedOf(`{ ${schema}, select: $response.body.a }`).shape).toEqual({ type: "integer" });
  expect(preparedOf(`{ ${schema}, select: $response.body.b }`).shape).toBeUndefined();
  expect(preparedOf(`{ ${schema}, select: "{{ $response.body.a + 1 }}" }`).shape).toBeUndefined();
  expect(preparedOf(`{ ${schema}, select: $response.headers }`).shape).toBeUndefined();
});
