import { isJsonList, isJsonObject, type JsonObject } from "../../expression/value.js";
import { importAuth } from "./credentials.js";
import type { OpenapiDocument } from "./document.js";
import { NameSet, snakeCase } from "./names.js";
import { importOperation } from "./operation.js";
import { SchemaImport } from "./schemas.js";
import { serverUrl } from "./server-url.js";

/** A source made from a document. */
export interface ImportedSource {
  readonly name: string;
  readonly keys: JsonObject;
  readonly operations: ReadonlyMap<string, JsonObject>;
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** What secrets come from. */
  readonly variables: readonly string[];
  readonly remarks: readonly string[];
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch"];

/** Makes a source of all operations of a document. `name` is that of its title where none is given. */
export function importSource(document: OpenapiDocument, name = nameOf(document)): ImportedSource {
  const prefix = snakeCase(name).toUpperCase();
  const url = serverUrl(document);
  const remarks: string[] = [];
  const leftOut = new Map<string, string[]>();
  if (url === undefined) remarks.push("The document names no host: set base_url.");
  const base = url ?? "http://localhost";
  const source = importAuth(document.root["security"], document, prefix, base);
  const variables = new Set(source?.variables ?? []);
  const schemas = new SchemaImport(document);
  const operations = new Map<string, JsonObject>();
  const names = new NameSet("operation");
  for (const place of placesOf(document)) {
    const { operation, method, path } = place;
    const id = operation["operationId"];
    const wanted = snakeCase(typeof id === "string" ? id : "") || snakeCase(`${method} ${path}`);
    const imported = importOperation(place, document, schemas);
    const own =
      operation["security"] === undefined
        ? undefined
        : importAuth(operation["security"], document, prefix, base);
    const differs = own !== undefined && JSON.stringify(own.auth) !== JSON.stringify(source?.auth ?? "none");
    for (const variable of differs ? own.variables : []) variables.add(variable);
    operations.set(names.add(wanted), { ...imported.keys, ...(differs ? { auth: own.auth } : {}) });
    for (const remark of imported.remarks) {
      leftOut.set(remark, [...(leftOut.get(remark) ?? []), `${method} ${path}`]);
    }
  }
  for (const [remark, [first, ...others]] of leftOut) {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    remarks.push(`${first}${more}: ${remark}.`);
  }
  for (const each of schemas.unusable)
    remarks.push(`The schema "${each}" cannot be used and allows anything.`);
  return {
    name,
    keys: {
      base_url: `\${${prefix}_BASE_URL:-${base}}`,
      ...(source === undefined || source.auth === "none" ? {} : { auth: source.auth }),
    },
    operations,
    schemas: schemas.found,
    variables: [...variables],
    remarks,
  };
}

function placesOf(document: OpenapiDocument) {
  const paths = document.resolve(document.root["paths"]) ?? {};
  return Object.entries(paths).flatMap(([path, written]) => {
    const item = document.resolve(written);
    if (item === undefined || !path.startsWith("/")) return [];
    return methods.flatMap((method) => {
      const operation = document.resolve(item[method]);
      if (operation === undefined) return [];
      return [{ method: method.toUpperCase(), path, operation, pathParameters: item["parameters"] ?? null }];
    });
  });
}

/** The title without the words that every such title has. */
function nameOf({ root }: OpenapiDocument): string {
  const info = root["info"] ?? null;
  const title = isJsonObject(info) && !isJsonList(info) ? info["title"] : undefined;
  const words = snakeCase(typeof title === "string" ? title : "").split("_");
  const telling = words.filter(
    (word) => !["api", "documentation", "docs", "openapi", "rest", "specification"].includes(word),
  );
  return new NameSet("api").add(telling.join("_"));
}
