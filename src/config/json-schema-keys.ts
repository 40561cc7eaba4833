import { isJsonObject, type JsonObject } from "../expression/value.js";
import { mapping } from "../schema/composites.js";
import { isSoundSchema } from "../schema/json-schema.js";
import { jsonObject } from "../schema/json-value.js";
import { mapped, wrongType, type Schema } from "../schema/schema.js";
import { describeTree, treeAt } from "../schema/tree.js";
import type { RequestField } from "./model.js";

export { jsonSchema } from "../schema/json-schema.js";

/** Named values of a request: a JSON Schema each, with `required` beside it. */
export function requestFields(): Schema<ReadonlyMap<string, RequestField>> {
  const field = mapped(jsonObject("a JSON Schema"), (written, tree, context): RequestField | undefined => {
    const { required, ...schema } = written;
    if (required !== undefined && typeof required !== "boolean" && !Array.isArray(required)) {
      wrongType("true or false", describeTree(treeAt(tree, "/required")), treeAt(tree, "/required"), context);
    }
    const whole = Array.isArray(required) ? written : schema;
    if (!isSoundSchema(whole, tree, context))
      return { schema: {}, isRequired: false, defaultValue: undefined };
    return { schema: whole, isRequired: required === true, defaultValue: schema["default"] };
  });
  return mapping(field);
}

/** The schema of a member of an object that a JSON Schema describes; `undefined` where the schema does not say. */
export function memberSchema(schema: JsonObject, name: string): JsonObject | undefined {
  const properties = schema["properties"];
  if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  const member = properties[name];
  return isJsonObject(member) ? member : {};
}

/** The members that a JSON Schema names. */
export function declaredMembers(schema: JsonObject): readonly string[] {
  const properties = schema["properties"];
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

/** Keywords by which a schema may have members beside those under `properties`. */
const opening = [
  "$ref",
  "$dynamicRef",
  "allOf",
  "anyOf",
  "oneOf",
  "if",
  "patternProperties",
  "dependentSchemas",
];

/** Whether a JSON Schema says which members there are. What it leaves open is not to be relied on. */
export function namesMembers(schema: JsonObject): boolean {
  const more = schema["additionalProperties"];
  if (more === true || isJsonObject(more)) return false;
  return isJsonObject(schema["properties"]) && !opening.some((keyword) => Object.hasOwn(schema, keyword));
}
