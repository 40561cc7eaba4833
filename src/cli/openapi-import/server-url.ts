import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { OpenapiDocument } from "./document.js";

/** The address of a document's first server, its variables filled; `undefined` where it names no host. */
export function serverUrl(document: OpenapiDocument): string | undefined {
  const servers = document.root["servers"] ?? null;
  const first = isJsonList(servers) ? document.resolve(servers[0]) : undefined;
  if (first === undefined || typeof first["url"] !== "string") return undefined;
  const written = first["url"].replace(/\{([^{}]+)\}/g, (_, name: string) => defaultOf(first, name));
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function defaultOf({ variables = null }: JsonObject, name: string): string {
  const variable: JsonValue = isJsonObject(variables) ? (variables[name] ?? null) : null;
  return isJsonObject(variable) ? String(variable["default"] ?? name) : name;
}
