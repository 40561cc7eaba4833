import { describe, expect, test } from "vitest";
import type { RequestField, RequestSchemas } from "../../src/config/model.js";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import { requestReader } from "../../src/plan/request-reader.js";
import type { RawRequest } from "../../src/plan/request-values.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";

const field = (schema: JsonObject, isRequired = false): RequestField => ({
  schema,
  isRequired,
  defaultValue: schema["default"],
});

function schemas(parts: Partial<RequestSchemas>): RequestSchemas {
  const none = new Map<string, RequestField>();
  return {
    pathParams: none,
    queryParams: none,
    headers: none,
    body: undefined,
    isBodyRequired: parts.body !== undefined,
    ...parts,
  };
}

function read(parts: Partial<RequestSchemas>, raw: Partial<RawRequest>) {
  return requestReader(schemas(parts))({ pathParams: {}, query: {}, headers: {}, body: undefined, ...raw });
}

/** Every violation as `pointer message`. */
function violations(parts: Partial<RequestSchemas>, raw: Partial<RawRequest>): readonly string[] {
  try {
    read(parts, raw);
    return [];
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    expect(error.code).toBe("REQUEST_INVALID");
    return error.problem.violations!.map(({ pointer, message }) => `${pointer} ${message}`);
  }
}

/** What a query parameter `q` becomes, or what is wrong with it. */
function query(schema: JsonObject, raw: string | readonly string[] | undefined): unknown {
  const parts = { queryParams: new Map([["q", field(schema)]]) };
  const sent = { query: raw === undefined ? {} : { q: raw } };
  const found = violations(parts, sent);
  return found.length > 0 ? found[0]!.replace("/query/q ", "") : read(parts, sent).query_params["q"];
}

describe("the text of a parameter becomes the type of its schema", () => {
  test.each<[JsonObject, string | readonly string[], unknown]>([
    [{}, "7", "7"],
    [{ type: "string" }, "007", "007"],
    [{ type: "string" }, "", ""],
    [{ type: "integer" }, "42", 42],
    [{ type: "integer" }, "-42", -42],
    [{ type: "integer" }, "4.5", "must be an integer"],
    [{ type: "integer" }, "1e3", "must be an integer"],
    [{ type: "integer" }, " 4", "must be an integer"],
    [{ type: "integer" }, "", "must be an integer"],
    [{ type: "integer" }, "9007199254740991", 9007199254740991],
    [{ type: "integer" }, "9007199254740992", "must be an integer within ±9007199254740991"],
    [{ type: "number" }, "4.5", 4.5],
    [{ type: "number" }, "-1e3", -1000],
    [{ type: "number" }, "1e999", "must be a number"],
    [{ type: "number" }, "NaN", "must be a number"],
    [{ type: "number" }, "0x10", "must be a number"],
    [{ type: "boolean" }, "true", true],
    [{ type: "boolean" }, "false", false],
    [{ type: "boolean" }, "1", "must be true or false"],
    [{ type: "boolean" }, "True", "must be true or false"],
    [{ type: ["integer", "null"] }, "", null],
    [{ type: ["integer", "null"] }, "7", 7],
    [{ type: ["integer", "null"] }, "x", "must be an integer or empty"],
    [{ type: ["integer", "string"] }, "7", 7],
    [{ type: ["integer", "string"] }, "seven", "seven"],
    [{ type: ["integer", "boolean"] }, "true", true],
    [{ type: ["integer", "number"] }, "1.5", 1.5],
    [{ enum: [1, 2] }, "2", 2],
    [{ enum: [1, 2] }, "3", "must be one of 1, 2"],
    [{ const: true }, "true", true],
    [{ type: "array" }, "a", ["a"]],
    [{ type: "array" }, ["a", "b"], ["a", "b"]],
    [{ type: "array", items: { type: "integer" } }, ["1", "2"], [1, 2]],
    [{ type: "array", items: { type: "integer" } }, ["1", "x"], "must be an integer"],
    [{ type: "string" }, ["a", "b"], "is given more than once"],
  ])("%j: %j", (schema, raw, expected) => {
    expect(query(schema, raw)).toEqual(expected);
  });
});

describe("what a schema asks for beside the type", () => {
  test.each<[JsonObject, string, string]>([
    [{ type: "integer", minimum: 1 }, "0", "must be >= 1"],
    [{ type: "string", maxLength: 2 }, "abc", "must NOT have more than 2 characters"],
    [{ type: "string", enum: ["asc", "desc"] }, "up", "must be one of asc, desc"],
    [{ type: "string", format: "date" }, "2026-02-30", 'must match format "date"'],
    [{ type: "string", format: "email" }, "nobody", 'must match format "email"'],
    [{ type: "string", format: "uuid" }, "7", 'must match format "uuid"'],
    [{ type: "string", pattern: "^[A-Z]+$" }, "a", 'must match pattern "^[A-Z]+$"'],
  ])("%j: %j", (schema, raw, message) => {
    expect(query(schema, raw)).toBe(message);
  });
});

describe("what is left out", () => {
  test("is null, or its default", () => {
    expect(query({ type: "integer" }, undefined)).toBeNull();
    expect(query({ type: "integer", default: 10 }, undefined)).toBe(10);
  });

  test("is a violation where it is required and has no default", () => {
    const queryParams = new Map([
      ["a", field({ type: "integer" }, true)],
      ["b", field({ type: "integer", default: 1 }, true)],
    ]);
    expect(violations({ queryParams }, {})).toEqual(["/query/a is required"]);
  });

  test("is ignored where it is not declared", () => {
    expect(read({}, { query: { other: "1" } }).query_params).toEqual({});
  });

  test("names of objects are no values", () => {
    const queryParams = new Map([["constructor", field({ type: "string" })]]);
    expect(read({ queryParams }, {}).query_params["constructor"]).toBeNull();
  });
});

const body: JsonObject = {
  type: "object",
  required: ["customer", "lines"],
  additionalProperties: false,
  properties: {
    customer: {
      type: "object",
      required: ["email"],
      properties: { email: { type: "string", format: "email" }, "a/b~c": { type: "integer" } },
    },
    lines: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["sku"],
        properties: { sku: { type: "string" }, count: { type: "integer", default: 1 } },
      },
    },
    note: { type: ["string", "null"] },
  },
};

describe("a body", () => {
  test("keeps its types, is never converted, and gets its defaults at every depth", () => {
    const sent = { customer: { email: "a@b.example" }, lines: [{ sku: "x" }], note: null };
    expect(read({ body }, { body: sent }).body).toEqual({
      customer: { email: "a@b.example" },
      lines: [{ sku: "x", count: 1 }],
      note: null,
    });
    expect(violations({ body }, { body: { ...sent, lines: [{ sku: "x", count: "2" }] } })).toEqual([
      "/body/lines/0/count must be integer",
    ]);
  });

  test("every violation is told, with its pointer", () => {
    const sent: JsonValue = {
      customer: { email: "nobody", "a/b~c": "7" },
      lines: [{ count: 1 }, { sku: 5 }],
      colour: "red",
    };
    expect(violations({ body }, { body: sent })).toEqual([
      "/body/colour is not a known field",
      '/body/customer/email must match format "email"',
      "/body/customer/a~1b~0c must be integer",
      "/body/lines/0/sku is required",
      "/body/lines/1/sku must be string",
    ]);
  });

  test("a declared one is required; one that is only read may be left out", () => {
    expect(violations({ body }, {})).toEqual(["/body is required"]);
    expect(read({ body: {}, isBodyRequired: false }, {}).body).toBeNull();
  });

  test("null is a body, where its schema takes it", () => {
    expect(violations({ body }, { body: null })).toEqual(["/body must be object"]);
    expect(read({ body: { type: ["object", "null"] } }, { body: null }).body).toBeNull();
  });
});

test("violations of all parts are told at once", () => {
  const parts: Partial<RequestSchemas> = {
    pathParams: new Map([["id", field({ type: "integer" }, true)]]),
    queryParams: new Map([["limit", field({ type: "integer", maximum: 9 })]]),
    headers: new Map([["x-tenant", field({ type: "string" }, true)]]),
    body: { type: "object", required: ["a"] },
  };
  const raw = { pathParams: { id: "x" }, query: { limit: "10" }, headers: { "X-Tenant": "t" }, body: {} };
  expect(violations(parts, raw)).toEqual([
    "/path/id must be an integer",
    "/query/limit must be <= 9",
    "/headers/x-tenant is required",
    "/body/a is required",
  ]);
});

test("a message never repeats what the caller sent", () => {
  expect(
    JSON.stringify(violations({ body }, { body: { customer: "my-secret", lines: "my-secret" } })),
  ).not.toContain("my-secret");
});
