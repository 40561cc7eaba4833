import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Endpoint } from "../config/model.js";
import type { JsonValue } from "../expression/value.js";
import type { RawRequest } from "../plan/request-values.js";
import { failure } from "../problems/orchestrator-error.js";

/**
 * The request that `--param` and `--body` describe. A name is that of a path parameter, else of a query parameter,
 * else of a header. Throws ENDPOINT_PARAMETER_UNKNOWN, COMMAND_USAGE, FILE_NOT_FOUND.
 */
export function readCallRequest(
  endpoint: Endpoint,
  params: readonly string[],
  body: string | undefined,
  workingFolder: string,
): RawRequest {
  const pathParams: Record<string, string> = {};
  const query: Record<string, string | string[]> = {};
  const headers: Record<string, string> = {};
  for (const param of params) {
    const [name, value] = splitParam(param);
    if (endpoint.request.pathParams.has(name)) pathParams[name] = value;
    else if (endpoint.request.queryParams.has(name)) query[name] = added(query[name], value);
    else if (endpoint.request.headers.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
    else throw failure("ENDPOINT_PARAMETER_UNKNOWN", { name, endpoint: endpoint.id, known: known(endpoint) });
  }
  return { pathParams, query, headers, body: readBody(body, workingFolder) };
}

function splitParam(param: string): readonly [string, string] {
  const at = param.indexOf("=");
  if (at > 0) return [param.slice(0, at), param.slice(at + 1)];
  const reason = `"--param ${param}" has no value: write it as name=value.`;
  throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api call" });
}

function known({ request }: Endpoint): readonly string[] {
  return [...request.pathParams.keys(), ...request.queryParams.keys(), ...request.headers.keys()];
}

function added(before: string | string[] | undefined, value: string): string | string[] {
  return before === undefined ? value : [...[before].flat(), value];
}

function readBody(body: string | undefined, workingFolder: string): JsonValue | undefined {
  if (body === undefined) return undefined;
  const text = body.startsWith("@") ? readText(resolve(workingFolder, body.slice(1))) : body;
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const reason = `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api call" }, { cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw failure("FILE_NOT_FOUND", { path }, { cause: error });
  }
}
