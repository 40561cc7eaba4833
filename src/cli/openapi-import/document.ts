import { parse, YAMLParseError } from "yaml";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";

/** An OpenAPI document, and a way to what its references lead to. */
export class OpenapiDocument {
  readonly root: JsonObject;
  /** 3.0 has a JSON Schema of its own kind. */
  readonly isVersion30: boolean;

  constructor(root: JsonObject) {
    this.root = root;
    this.isVersion30 = String(root["openapi"]).startsWith("3.0");
  }

  /** The object itself, or the one that its `$ref` leads to within the document; `undefined` where there is none. */
  resolve(value: JsonValue | undefined): JsonObject | undefined {
    let found = value ?? null;
    for (let hops = 0; hops < 20; hops++) {
      if (!isJsonObject(found)) return undefined;
      const { $ref } = found;
      if (typeof $ref !== "string") return found;
      found = this.at($ref) ?? null;
    }
    return undefined;
  }

  /** What stands at a reference such as `#/components/schemas/Order`. */
  at(reference: string): JsonValue | undefined {
    if (!reference.startsWith("#/")) return undefined;
    let found: JsonValue | undefined = this.root;
    for (const part of reference.slice(2).split("/")) {
      const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
      found = (found as Readonly<Record<string, JsonValue>>)[name];
    }
    return found;
  }
}

/** Reads a document of version 3.0 or 3.1, in JSON or YAML. Throws IMPORT_UNREADABLE. */
export function readOpenapi(text: string, path: string): OpenapiDocument {
  const root = parsed(text, path);
  const version = isJsonObject(root) ? root["openapi"] : undefined;
  if (!isJsonObject(root) || typeof version !== "string" || !/^3\.[01]\./.test(version)) {
    const found = isJsonObject(root) ? (version ?? root["swagger"]) : undefined;
    const words = found === undefined ? "it is no OpenAPI document" : `it is of version ${String(found)}`;
    throw failure("IMPORT_UNREADABLE", { path, reason: `${words}; 3.0 and 3.1 can be imported` });
  }
  return new OpenapiDocument(root);
}

function parsed(text: string, path: string): JsonValue {
  try {
    return (/^\s*\{/.test(text) ? JSON.parse(text) : parse(text, { merge: true })) as JsonValue;
  } catch (error) {
    const where =
      error instanceof YAMLParseError ? error.message.split("\n")[0]! : String((error as Error).message);
    throw failure("IMPORT_UNREADABLE", { path, reason: where.replace(/[.:]$/, "") }, { cause: error });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
