import { validate } from "@readme/openapi-parser";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { openapiDocument } from "../../../src/server/openapi/openapi.js";
import { fakeService, type FakeEndpoint } from "../fake-service.js";

type Operation = {
  operationId: string;
  parameters?: JsonObject[];
  requestBody?: JsonObject;
  responses: Record<string, JsonObject>;
};

async function documentOf(
  endpoints: readonly FakeEndpoint[],
  config: Parameters<typeof fakeService>[1] = {},
) {
  const document = openapiDocument(fakeService(endpoints, config).config);
  const copy = structuredClone(document) as unknown as Parameters<typeof validate>[0];
  expect(await validate(copy)).toMatchObject({ valid: true });
  const paths = document["paths"] as unknown as Record<string, Record<string, Operation>>;
  return { document, paths };
}

const treeSchema: JsonObject = {
  type: "object",
  properties: { root: { $ref: "#/$defs/node" } },
  $defs: {
    node: { type: "object", properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } } },
  },
};

describe("the OpenAPI document", () => {
  test("of a service without endpoints is valid", async () => {
    const { document } = await documentOf([], {
      app: { name: "Shop", description: "All of it", version: "2.0.0" },
    });
    expect(document).toMatchObject({
      openapi: "3.1.0",
      info: { title: "Shop", description: "All of it", version: "2.0.0" },
    });
  });

  test("has parameters, bodies, answers and problems", async () => {
    const { paths } = await documentOf([
      {
        id: "customers.update",
        method: "PUT",
        path: "/customers/{customer_id}",
        query: { currency: { type: "string", description: "ISO 4217." } },
        body: { type: "object", properties: { name: { type: "string" } } },
        more: {
          description: "Changes a customer.\nAt once.",
          tags: ["people"],
          isDeprecated: true,
          outputSchema: { type: "object" },
          guards: [{ status: 403, code: "customer_blocked" }] as never,
        },
      },
    ]);
    const operation = paths["/orchestrator/customers/{customer_id}"]!["put"]!;
    expect(operation).toMatchObject({
      operationId: "customers_update",
      tags: ["customers", "people"],
      summary: "Changes a customer.",
      deprecated: true,
      requestBody: { required: true },
    });
    expect(operation.parameters).toEqual([
      { name: "customer_id", in: "path", required: true, schema: { type: "string" } },
      {
        name: "currency",
        in: "query",
        description: "ISO 4217.",
        schema: { type: "string", description: "ISO 4217." },
      },
    ]);
    expect(Object.keys(operation.responses).sort()).toEqual(["200", "400", "403", "default"]);
    expect(operation.responses["200"]).toMatchObject({
      content: { "application/json": { schema: { type: "object" } } },
    });
    expect(operation.responses["403"]!["description"]).toContain("customer_blocked");
  });

  test("leaves internal endpoints out", async () => {
    const { paths } = await documentOf([{ id: "customers.inner" }]);
    expect(paths).toEqual({});
  });

  test("has a plain name for a rest parameter", async () => {
    const { paths } = await documentOf([{ id: "files.read", path: "/files/{rest*}" }]);
    expect(paths["/orchestrator/files/{rest}"]!["get"]!.parameters).toMatchObject([
      { name: "rest", in: "path" },
    ]);
  });

  test("joins paths that differ only in the names of their parameters", async () => {
    const { paths } = await documentOf([
      { id: "orders.get", path: "/orders/{id}" },
      { id: "orders.remove", method: "DELETE", path: "/orders/{order_id}" },
    ]);
    expect(Object.keys(paths)).toEqual(["/orchestrator/orders/{id}"]);
    expect(paths["/orchestrator/orders/{id}"]!["delete"]!.parameters).toMatchObject([{ name: "id" }]);
  });

  test("gives each operation an id of its own", async () => {
    const { paths } = await documentOf([
      { id: "a.b_c", path: "/one" },
      { id: "a_b.c", path: "/two" },
    ]);
    const ids = Object.values(paths).map((path) => path["get"]!.operationId);
    expect(ids).toEqual(["a_b_c", "a_b_c_2"]);
  });

  test("keeps schemas that refer to themselves whole", async () => {
    const { document, paths } = await documentOf([
      { id: "trees.add", method: "POST", path: "/trees", body: treeSchema },
    ]);
    const schema = { $ref: "#/components/schemas/trees_add_body" };
    expect(paths["/orchestrator/trees"]!["post"]!.requestBody).toMatchObject({
      content: { "application/json": { schema } },
    });
    expect(JSON.stringify(document)).toContain('"#/components/schemas/trees_add_body/$defs/node"');
  });

  test("knows the status where it is a plain number, and says so where it is not", async () => {
    const status = (formula: object) => ({
      response: { body: { kind: "all-steps" }, status: formula, headers: new Map() },
    });
    const { paths } = await documentOf([
      { id: "a.one", path: "/one", more: status({ references: [], compile: () => () => 201 }) as never },
      { id: "a.two", path: "/two", more: status({ references: [{}] }) as never },
    ]);
    expect(paths["/orchestrator/one"]!["get"]!.responses).toHaveProperty("201");
    expect(paths["/orchestrator/two"]!["get"]!.responses).toHaveProperty("2XX");
  });
});
