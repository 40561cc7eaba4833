import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { importBody, importAnswer } from "./content.js";
import type { OpenapiDocument } from "./document.js";
import { escapedVariables } from "./literal-text.js";
import { NameSet, snakeCase } from "./names.js";
import type { SchemaImport } from "./schemas.js";

/** One operation of a document as a source has it. */
export interface ImportedOperation {
  readonly keys: JsonObject;
  /** What of it could not be taken over. */
  readonly remarks: readonly string[];
}

export interface OperationPlace {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
  /** Of the whole path; those of the operation win. */
  readonly pathParameters: JsonValue;
}

/** Headers that other keys of an operation set. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept",
  "content-type",
  "authorization",
  "content-length",
  "host",
]);

/** Takes an operation over: its path, what it sends, and what its answer looks like. */
export function importOperation(
  { method, path, operation, pathParameters }: OperationPlace,
  document: OpenapiDocument,
  schemas: SchemaImport,
): ImportedOperation {
  const remarks: string[] = [];
  const names = new NameSet("value");
  const parameters = parametersOf([pathParameters, operation["parameters"] ?? null], document);
  const route = path.replace(/\{([^{}]*)\}/g, (_, name: string) => `{${names.add(identifier(name))}}`);
  const query = importParameters(parameters, "query", names, remarks);
  const headers = importParameters(parameters, "header", names, remarks);
  if (parameters.some((parameter) => parameter["in"] === "cookie")) remarks.push("cookies are left out");
  const body = importBody(document.resolve(operation["requestBody"]), names, remarks);
  const keys: JsonObject = {
    ...descriptionOf(operation),
    ...(method === "GET" && body === undefined ? {} : { method }),
    path: route,
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...queryStyle(parameters, remarks),
    ...withHeaders(headers, body),
    ...importAnswer(operation["responses"] ?? null, document, schemas),
  };
  return { keys, remarks };
}

/** The headers of the parameters beside those that the body needs. */
function withHeaders(headers: JsonObject, body: JsonObject = {}): JsonObject {
  const { headers: ofBody = null, ...rest } = body;
  const all = { ...headers, ...(isJsonObject(ofBody) ? ofBody : {}) };
  return { ...(Object.keys(all).length === 0 ? {} : { headers: all }), ...rest };
}

function descriptionOf({ summary, description }: JsonObject): JsonObject {
  const words = [summary, description].find((each) => typeof each === "string" && each.trim() !== "");
  if (words === undefined) return {};
  const line = String(words)
    .trim()
    .split(/\n\s*\n|\r?\n/)[0]!
    .replace(/\s+/g, " ");
  return { description: escapedVariables(line.length > 200 ? `${line.slice(0, 199)}…` : line) };
}

/** Those of the operation replace those of the path that have the same name and place. */
function parametersOf(lists: readonly JsonValue[], document: OpenapiDocument): readonly JsonObject[] {
  const found = new Map<string, JsonObject>();
  for (const each of lists.flatMap((list) => (isJsonList(list) ? list : []))) {
    const parameter = document.resolve(each);
    if (typeof parameter?.["name"] === "string")
      found.set(`${parameter["in"]} ${parameter["name"]}`, parameter);
  }
  return [...found.values()];
}

function importParameters(
  parameters: readonly JsonObject[],
  place: "query" | "header",
  names: NameSet,
  remarks: string[],
): JsonObject {
  const imported: Record<string, JsonValue> = {};
  for (const parameter of parameters) {
    const name = String(parameter["name"]);
    if (parameter["in"] !== place || (place === "header" && ownHeaders.has(name.toLowerCase()))) continue;
    if (isObjectParameter(parameter))
      remarks.push(`"${name}" is an object, which a ${place} cannot hold, and is left out`);
    else imported[name] = `$params.${names.add(identifier(name))}`;
  }
  return imported;
}

function isObjectParameter({ style, schema = null, content }: JsonObject): boolean {
  return (
    style === "deepObject" || content !== undefined || (isJsonObject(schema) && schema["type"] === "object")
  );
}

/** One style holds for all lists of an operation. */
function queryStyle(parameters: readonly JsonObject[], remarks: string[]): JsonObject {
  const lists = parameters.filter(
    ({ in: place, schema = null }) => place === "query" && isJsonObject(schema) && schema["type"] === "array",
  );
  const styles = new Set(
    lists.map(({ explode, name }) => (String(name).endsWith("[]") || explode !== false ? "repeat" : "comma")),
  );
  if (styles.size > 1) remarks.push("its lists have several styles; they are repeated");
  return styles.size === 1 && styles.has("comma") ? { query_style: "comma" } : {};
}

/** A name as it is where an expression can hold it, else in snake case. */
function identifier(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) ? name : snakeCase(name);
}
