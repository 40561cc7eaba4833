import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterEach, describe, expect, test } from "vitest";
import type { StreamedReply } from "../../../src/contracts/source.js";
import type { JsonObject } from "../../../src/expression/value.js";
import { exampleOf } from "../../../src/sources/api/schema-example.js";
import { callContext } from "../../conformance/call-source.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

let server: LocalServer | undefined;
let api: OpenApi | undefined;
afterEach(async () => {
  await api?.source.close();
  await server?.close();
});

const schemas = `
schemas:
  Order:
    type: object
    required: [id]
    properties:
      id: { type: integer }
      customer: { $ref: "#/$defs/Customer" }
      lines: { type: array, items: { $ref: "#/$defs/Line" } }
  Line: { type: object, properties: { name: { type: string }, order: { $ref: "#/$defs/Order" } } }
  Customer: { type: object, properties: { email: { type: string, format: email } } }
`;

async function answering(body: unknown, operation: string): Promise<OpenApi> {
  server = await serve((_, response) => response.end(body === undefined ? "" : JSON.stringify(body)));
  api = await openApi(`base_url: ${server.url}${schemas}operations:\n  it: { path: /, ${operation} }`);
  return api;
}

describe("`validate`", () => {
  test("lets answers pass that fit, references followed", async () => {
    const order = { id: 1, customer: { email: "a@b.example" }, lines: [{ name: "x", order: { id: 2 } }] };
    expect(await (await answering(order, "schema: Order, validate: true")).value("it")).toEqual(order);
    expect(await (await answering(undefined, "schema: Order, validate: true")).value("it")).toBeNull();
  });

  test.each<[unknown, string]>([
    [{ id: "marked" }, "/id must be integer"],
    [{}, "it must have required property 'id'"],
    [{ id: 1, customer: { email: "marked" } }, '/customer/email must match format "email"'],
    [{ id: 1, lines: [{ name: "x", order: { id: null } }] }, "/lines/0/order/id must be integer"],
  ])("refuses %j, and the log says where, without the value", async (body, reason) => {
    const { reply, logged } = await answering(body, "schema: Order, validate: true");
    const error = await errorOf(reply("it"));
    expect(error.code).toBe("SOURCE_REPLY_INVALID");
    expect(logged[0]).toMatchObject({ reason: `its body does not fit its schema: ${reason}` });
    expect(JSON.stringify([error.problem, logged])).not.toContain("marked");
  });

  test("looks at the body before `select`, and not without being asked", async () => {
    const { value } = await answering({ id: 5 }, "schema: Order, validate: true, select: $response.body.id");
    expect(await value("it")).toBe(5);
    expect(await (await answering({ id: "x" }, "schema: Order")).value("it")).toEqual({ id: "x" });
  });
});

describe("the shape of a step", () => {
  const shapeOf = (operation: string) =>
    checkApi(`base_url: https://a.example${schemas}operations:\n  it: { path: /, ${operation} }`).calls.get(
      "it",
    )!.shape;

  test("has references in place; what leads in a circle may be anything", () => {
    const line = { type: "object", properties: { name: { type: "string" }, order: {} } };
    const customer = { type: "object", properties: { email: { type: "string", format: "email" } } };
    expect(shapeOf("schema: Order")).toEqual({
      type: "object",
      required: ["id"],
      properties: {
        id: { type: "integer" },
        customer,
        lines: {
          type: "array",
          items: {
            ...line,
            properties: {
              ...line.properties,
              order: { ...(shapeOf("schema: Order") as JsonObject), properties: expect.anything() as never },
            },
          },
        },
      },
    });
  });

  test("follows a path of `select`", () => {
    expect(shapeOf("schema: Order, select: $response.body.customer.email")).toEqual({
      type: "string",
      format: "email",
    });
    expect(shapeOf('schema: Order, select: "{{ $response.body.lines[0].name }}"')).toEqual({
      type: "string",
    });
  });
});

describe("what is refused", () => {
  test.each([
    ["an unknown name", "schema: Ordr", "CONFIG_VALUE_UNKNOWN"],
    ["a reference that leads nowhere", 'schema: { $ref: "#/$defs/Nobody" }', "CONFIG_SCHEMA_INVALID"],
    [
      "a reference to another place",
      'schema: { $ref: "https://evil.example/schema.json" }',
      "CONFIG_SCHEMA_INVALID",
    ],
    ["a type that is none", "schema: { type: thing }", "CONFIG_SCHEMA_INVALID"],
    [
      "a pattern that is none, where it is used",
      'schema: { pattern: "[" }, validate: true',
      "CONFIG_SCHEMA_INVALID",
    ],
    ["nothing to hold answers to", "validate: true", "CONFIG_VALUE_INVALID"],
  ])("%s", (_, operation, code) => {
    const { problems } = checkApi(
      `base_url: https://a.example${schemas}operations:\n  it: { path: /, ${operation} }`,
    );
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});

describe("an example of a schema", () => {
  test.each<[JsonObject, unknown]>([
    [{ type: "string" }, "text"],
    [{ type: "string", format: "date-time" }, "2024-01-15T09:30:00Z"],
    [{ type: "string", maxLength: 2 }, "te"],
    [{ type: "string", minLength: 6 }, "textxx"],
    [{ type: "string", enum: ["red", "blue"] }, "red"],
    [{ const: 5 }, 5],
    [{ type: "integer", default: 0 }, 0],
    [{ type: "integer", default: false }, false],
    [{ type: "integer", examples: [8, 9] }, 8],
    [{ type: "integer", example: 7 }, 7],
    [{ type: "integer", minimum: 10 }, 10],
    [{ type: "integer", exclusiveMinimum: 10 }, 11],
    [{ type: "integer", maximum: -4 }, -4],
    [{ type: "integer", multipleOf: 5 }, 5],
    [{ type: ["null", "boolean"] }, true],
    [{ type: "array", items: { type: "integer" } }, [1]],
    [{ type: "array", items: { type: "integer" }, minItems: 2 }, [1, 1]],
    [{ type: "array" }, []],
    [{ properties: { a: { type: "string" }, b: { items: { type: "number" } } } }, { a: "text", b: [1] }],
    [{ allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
    [{ oneOf: [{ type: "null" }, { type: "string" }] }, "text"],
    [{}, null],
  ])("%j", (schema, value) => expect(exampleOf(schema)).toEqual(value));

  test("fits the schema, and is the same each time", () => {
    const schema: JsonObject = {
      type: "object",
      required: ["id", "when", "state", "lines"],
      properties: {
        id: { type: "string", format: "uuid" },
        when: { type: "string", format: "date" },
        state: { enum: ["open", "closed"] },
        share: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
        lines: {
          type: "array",
          minItems: 1,
          items: { type: "object", properties: { url: { type: "string", format: "uri" } } },
        },
      },
    };
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    expect(ajv.validate(schema, exampleOf(schema)), JSON.stringify(ajv.errors)).toBe(true);
    expect(exampleOf(schema)).toEqual(exampleOf(schema));
  });
});

describe("a service that runs with mocks", () => {
  const yaml = `base_url: http://nowhere.invalid${schemas}operations:
  made: { path: /, schema: Order }
  selected: { path: /, schema: Order, select: $response.body.customer.email }
  written: { path: /, schema: Order, mock: { body: { id: 9 } } }
  graph: { graphql: "{ a }", schema: { type: object, properties: { a: { type: integer } } } }
  xml: { path: /, response_type: xml, schema: { type: object, properties: { a: { type: integer } } } }
  held: { path: /, schema: Order, validate: true }
  none: { path: / }
`;

  test("streams a mock as it is written", async () => {
    api = await openApi(
      "base_url: http://nowhere.invalid\noperations:\n  it: { path: /, stream: true, mock: { status: 202, body: { a: 1 } } }",
      { isMocked: true },
    );
    const pieces: string[] = [];
    const reply = await new Promise<StreamedReply>((opened, fail) => {
      const context = { ...callContext(), upload: undefined };
      api!.source.stream!(api!.call("it"), {}, context, { opened, fail });
    });
    for await (const piece of reply.body) pieces.push(String(piece));
    expect([reply.status, pieces.join("")]).toEqual([202, '{"a":1}']);
  });

  test("answers from the mock, else from the schema, else not", async () => {
    api = await openApi(yaml, { isMocked: true });
    expect(await api.value("made")).toMatchObject({ id: 1, customer: { email: "someone@example.com" } });
    expect(await api.value("selected")).toBe("someone@example.com");
    expect(await api.value("written")).toEqual({ id: 9 });
    expect(await api.value("graph")).toEqual({ a: 1 });
    expect(await api.value("xml")).toEqual({ a: "1" });
    expect((await errorOf(api.reply("none"))).code).toBe("MOCK_MISSING");
  });
});
