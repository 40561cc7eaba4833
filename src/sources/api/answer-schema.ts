import type { Definition } from "../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { Template } from "../../expression/template.js";
import { schemaHolder, type HoldToSchema } from "../../schema/json-schema.js";
import { treeAt } from "../../schema/tree.js";
import type { ApiOperation, ApiSettings } from "./keys.js";
import { resolveReferences } from "./resolve-references.js";

/** What is known of the body of an answer. */
export interface AnswerSchema {
  /** With every reference in place of its name, as far as they do not lead in a circle. */
  readonly resolved: JsonObject;
  /** Only where answers are held to it. */
  readonly hold: HoldToSchema | undefined;
}

/** The schema of an operation. Reports what cannot be found or used in it. */
export function answerSchema(definition: Definition<ApiSettings, ApiOperation>): AnswerSchema | undefined {
  const { settings, operation, tree, location, report } = definition;
  const isHeld = operation.validate ?? settings.validate ?? false;
  if (operation.schema === undefined) {
    if (operation.validate === true) {
      report.add(
        "CONFIG_VALUE_INVALID",
        { reason: "`validate` needs a `schema` to hold answers to." },
        location,
      );
    }
    return undefined;
  }
  const written = schemaOf(operation.schema, settings);
  const place = treeAt(tree, "/schema").location;
  if (written === undefined) {
    const facts = { found: String(operation.schema), known: [...settings.schemas.keys()] };
    return report.add("CONFIG_VALUE_UNKNOWN", facts, place);
  }
  const { schema, unknown } = resolveReferences(written, settings.schemas);
  for (const reference of unknown) {
    report.add("CONFIG_SCHEMA_INVALID", { reason: `"${reference}" leads to no schema` }, place);
  }
  if (unknown.length > 0) return undefined;
  return { resolved: schema, hold: isHeld ? holderOf(written, definition) : undefined };
}

function schemaOf(written: JsonObject | string, { schemas }: ApiSettings): JsonObject | undefined {
  return typeof written === "string" ? schemas.get(written) : written;
}

function holderOf(
  schema: JsonObject,
  { settings, tree, report }: Definition<ApiSettings, ApiOperation>,
): HoldToSchema | undefined {
  const own = isJsonObject(schema["$defs"] ?? null) ? (schema["$defs"] as JsonObject) : {};
  try {
    return schemaHolder({ ...schema, $defs: { ...Object.fromEntries(settings.schemas), ...own } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "it cannot be compiled";
    return report.add("CONFIG_SCHEMA_INVALID", { reason }, treeAt(tree, "/schema").location);
  }
}

/** The schema of what `select` takes, where that is a plain path into the body; `undefined` where it computes. */
export function selectedSchema(schema: JsonObject, select: Template | undefined): JsonObject | undefined {
  if (select === undefined) return schema;
  if (select.kind !== "expression" || select.expression.tree.kind !== "reference") return undefined;
  const { root, path } = select.expression.tree.reference;
  const [body, ...members] = path.map(({ name }) => name);
  if (root !== "response" || body !== "body") return undefined;
  return members.reduce<JsonObject | undefined>((found, name) => found && memberOf(found, name), schema);
}

function memberOf(schema: JsonObject, name: string | number): JsonObject | undefined {
  const { properties = null, items = null, prefixItems = null } = schema;
  if (typeof name === "number") {
    const found: JsonValue = (isJsonList(prefixItems) ? prefixItems[name] : undefined) ?? items;
    return isJsonObject(found) ? found : undefined;
  }
  const member = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name]! : null;
  return isJsonObject(member) ? member : undefined;
}
