import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { sampleOf } from "../../../src/cli/export/sample-value.js";
import type { JsonObject } from "../../../src/expression/value.js";

const cases: readonly (readonly [string, JsonObject, unknown, boolean])[] = [
  ["the first example", { type: "string", examples: ["DFW", "LAX"], default: "ORD" }, "DFW", true],
  ["else the default", { type: "integer", default: 20 }, 20, true],
  ["a default that is false", { type: "boolean", default: false }, false, true],
  ["else the only value", { const: "x" }, "x", true],
  ["else the first choice", { enum: ["small", "large"] }, "small", true],
  ["else what the type allows", { type: "integer", minimum: 5 }, 5, false],
  ["a number above a bound", { type: "integer", exclusiveMinimum: 5 }, 6, false],
  ["a number below a bound", { type: "number", maximum: 0 }, 0, false],
  ["a text that is long enough", { type: "string", minLength: 8 }, "texttttt", false],
  ["a text that is short enough", { type: "string", maxLength: 2 }, "te", false],
  ["a date", { type: "string", format: "date" }, "2026-01-31", false],
  ["the first alternative", { anyOf: [{ type: "integer", examples: [3] }, { type: "null" }] }, 3, true],
  ["the type beside null", { type: ["null", "boolean"] }, true, false],
  ["a list of named items", { type: "array", items: { examples: ["a"] } }, ["a"], true],
  ["no item where none is needed", { type: "array", items: { type: "string" } }, [], true],
  ["as many items as are needed", { type: "array", minItems: 2, items: { const: 1 } }, [1, 1], true],
];

test.each(cases)("a sample is %s", (_title, schema, value, isNamed) => {
  expect(sampleOf(schema)).toEqual({ value, isNamed });
});

test("an object has the members that must be there and those that are named", () => {
  const schema = {
    type: "object",
    required: ["text", "count"],
    properties: {
      text: { type: "string", examples: ["Hello"] },
      count: { type: "integer" },
      note: { type: "string" },
      tone: { default: "warm" },
    },
  };
  expect(sampleOf(schema)).toEqual({ value: { text: "Hello", count: 1, tone: "warm" }, isNamed: false });
});

test.each(cases)("and fits its schema: %s", (_title, schema) => {
  const ajv = new Ajv2020({ strict: false });
  (addFormats as unknown as (each: Ajv2020) => void)(ajv);
  expect(ajv.validate(schema, sampleOf(schema).value)).toBe(true);
});
