import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { isJsonObject, type JsonObject, type JsonValue } from "../expression/value.js";
import { jsonObject } from "./json-value.js";
import { mapped, type CheckContext, type Schema } from "./schema.js";
import { treeAt, type Tree } from "./tree.js";

const validator = new Ajv2020({ strict: false, validateFormats: false });
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

/** A JSON Schema (2020-12) written in YAML. */
export function jsonSchema(): Schema<JsonObject> {
  return mapped(jsonObject("a JSON Schema"), (schema, tree, context) => {
    return isSoundSchema(schema, tree, context) ? schema : undefined;
  });
}

/** True for a JSON Schema that can be used; else reports what is wrong with it, at the innermost place. */
export function isSoundSchema(schema: JsonObject, tree: Tree, context: CheckContext): boolean {
  const fault = schemaFormFault(schema) ?? compileFault(schema) ?? fieldsFault(schema);
  if (fault === undefined) return true;
  context.report.add("CONFIG_SCHEMA_INVALID", { reason: fault.reason }, treeAt(tree, fault.pointer).location);
  return false;
}

/** A JSON Schema whose references lead out of it, so that only its own form can be looked at. */
export function partialJsonSchema(): Schema<JsonObject> {
  return mapped(jsonObject("a JSON Schema"), (schema, tree, { report }) => {
    const fault = schemaFormFault(schema);
    if (fault === undefined) return schema;
    const { location } = treeAt(tree, fault.pointer);
    return report.add("CONFIG_SCHEMA_INVALID", { reason: fault.reason }, location);
  });
}

/** Holds a value to a schema: what is wrong with it in words that repeat nothing of it, or `undefined`. */
export type HoldToSchema = (value: JsonValue) => string | undefined;

/** Of a schema whose form is right. Throws an Error that says why where it cannot be used. */
export function schemaHolder(schema: JsonObject): HoldToSchema {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, discriminator: true, logger: false });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return undefined;
    const { instancePath, message } = validate.errors![0]!;
    return `${instancePath === "" ? "it" : instancePath} ${message ?? "does not fit"}`;
  };
}

interface SchemaFault {
  readonly pointer: string;
  readonly reason: string;
}

/** What is wrong with the form of a JSON Schema, wherever its references lead; `undefined` where nothing is. */
export function schemaFormFault(schema: JsonObject): SchemaFault | undefined {
  if (validator.validateSchema(schema) === true) return undefined;
  const byDepth = [...(validator.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length);
  return { pointer: byDepth[0]?.instancePath ?? "", reason: reasonOf(byDepth[0]) };
}

/** Fields where keywords belong say nothing: whatever comes would fit. */
function fieldsFault(schema: JsonObject): SchemaFault | undefined {
  const names = Object.keys(schema);
  const isField = (name: string) => validator.getKeyword(name) === false && isJsonObject(schema[name]);
  if (names.length === 0 || !names.every(isField)) return undefined;
  return {
    pointer: `/${names[0]!}`,
    reason: `"${names[0]!}" is no keyword; fields stand below \`properties\``,
  };
}

function reasonOf(error: ErrorObject | undefined): string {
  const allowed: unknown = error?.params["allowedValues"];
  if (Array.isArray(allowed)) return `the value must be one of ${allowed.join(", ")}`;
  return error?.message ?? "it is not one";
}

function compileFault(schema: JsonObject): SchemaFault | undefined {
  try {
    validator.compile(schema);
    return undefined;
  } catch (error) {
    return { pointer: "", reason: error instanceof Error ? error.message : "it cannot be compiled" };
  }
}
