import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configFile } from "../../src/config/config-file.js";
import { domainFile } from "../../src/config/domain-file.js";
import { sourceFileSchema } from "../../src/config/source-file.js";
import { apiSource } from "../../src/sources/api/api-source-type.js";
import { databaseSource } from "../../src/sources/database/database-source.js";
import type { SourceType } from "../../src/contracts/source.js";
import type { Schema } from "../../src/schema/schema.js";
import { shop } from "../config/check/shop.js";

const databaseFile = sourceFileSchema(databaseSource as unknown as SourceType);
const apiFile = sourceFileSchema(apiSource as unknown as SourceType);

const schemas: Readonly<Record<string, Schema<unknown>>> = {
  "config.yaml": configFile,
  "database.yaml": databaseFile,
  "api_sources.yaml": apiFile,
  "a domain": domainFile,
};

/** Variables stand for values that an editor does not know: here they are replaced by one that fits. */
function valuesOf(yaml: string): unknown {
  return parse(yaml.replace("${PORT:-8000}", "8000"), { merge: true });
}

function violations(schema: Schema<unknown>, value: unknown): readonly string[] {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema.json());
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe("the JSON Schema for editors", () => {
  test.each(Object.entries(schemas))("of %s is a valid one of draft 7", (_, schema) => {
    const ajv = new Ajv();
    expect(ajv.validateSchema(schema.json())).toBe(true);
    expect(schema.json()).toEqual(JSON.parse(JSON.stringify(schema.json())));
  });

  test.each([
    ["config/config.yaml", configFile],
    ["config/database.yaml", databaseFile],
    ["config/domains/customers/database.yaml", databaseFile],
    ["config/integrations/api_sources.yaml", apiFile],
    ["config/domains/orders.yaml", domainFile],
    ["config/domains/customers/customers.yaml", domainFile],
  ] as const)("accepts %s, as the check does", (file, schema) => {
    expect(violations(schema, valuesOf(shop[file]))).toEqual([]);
  });

  test.each([
    ["an unknown key", configFile, { server: { prot: 1 } }],
    ["a wrong type", configFile, { server: { port: "high" } }],
    ["a bare number as a duration", configFile, { execution: { timeout: 30 } }],
    ["a missing key", databaseFile, { database: { sources: { default: {} } } }],
    ["an unknown method", domainFile, { endpoints: { it: { method: "FETCH" } } }],
  ] as const)("refuses %s, as the check does", (_, schema, value) => {
    expect(violations(schema, value)).not.toEqual([]);
  });

  test("lets keys for anchors stand at the top", () => {
    expect(violations(configFile, { "x-shared": { any: 1 } })).toEqual([]);
  });
});
