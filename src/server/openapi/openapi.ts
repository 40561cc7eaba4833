import { STATUS_CODES } from "node:http";
import type { Endpoint, RequestField, ServiceConfig } from "../../config/model.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import { SchemaShelf } from "./schemas.js";
import { idempotencyParameters, idempotencyResponses } from "./idempotency.js";
import { problemSchema, replyHeaders } from "./parts.js";
import { accessResponses, securityOf, securitySchemes } from "./security.js";
import { fullPath, renameParameters } from "../routes/route-path.js";
import { successStatus } from "./success-status.js";

/** The API as an OpenAPI 3.1 document. Internal endpoints are left out. Pure: the same configuration, the same document. */
export function openapiDocument(config: ServiceConfig): JsonObject {
  const shelf = new SchemaShelf({ Problem: problemSchema });
  const paths = describePaths(config, shelf);
  return {
    openapi: "3.1.0",
    info: {
      title: config.app.name,
      ...(config.app.description !== undefined && { description: config.app.description }),
      version: config.app.version,
    },
    tags: config.domains.map(({ id, description }) => ({
      name: id,
      ...(description !== undefined && { description }),
    })),
    paths,
    components: {
      ...securitySchemes(config.auth),
      schemas: shelf.schemas(),
      headers: replyHeaders,
      responses: { Problem: problemResponse("What went wrong, as problem details (RFC 9457).") },
    },
  };
}

function describePaths(config: ServiceConfig, shelf: SchemaShelf): JsonObject {
  const paths = new Map<string, Record<string, JsonValue>>();
  const names = new CanonicalPaths();
  const ids = new Set<string>();
  for (const endpoint of config.domains.flatMap((domain) => domain.endpoints)) {
    const { route } = endpoint;
    if (route === undefined) continue;
    const { path, renamed } = names.of(fullPath(config.api, route));
    const operations = paths.get(path) ?? {};
    operations[route.method.toLowerCase()] = describeOperation(
      endpoint,
      renamed,
      unique(operationIdOf(endpoint), ids),
      shelf,
    );
    paths.set(path, operations);
  }
  return Object.fromEntries(paths);
}

function operationIdOf({ domain, name }: Endpoint): string {
  return `${domain}_${name}`;
}

function unique(id: string, taken: Set<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count++) free = `${id}_${count}`;
  taken.add(free);
  return free;
}

/** Templates that differ only in the names of their parameters are one path to OpenAPI: the first names hold. */
class CanonicalPaths {
  private readonly byShape = new Map<string, string[]>();

  of(template: string): { readonly path: string; readonly renamed: ReadonlyMap<string, string> } {
    const own: string[] = [];
    const shape = renameParameters(template, (name) => (own.push(name), ""));
    const names = this.byShape.get(shape) ?? own;
    this.byShape.set(shape, names);
    const path = renameParameters(template, (_name, index) => names[index]!);
    return { path, renamed: new Map(own.map((name, index) => [name, names[index]!])) };
  }
}

function describeOperation(
  endpoint: Endpoint,
  renamed: ReadonlyMap<string, string>,
  operationId: string,
  shelf: SchemaShelf,
): JsonObject {
  const { domain, description, tags, isDeprecated, request } = endpoint;
  const parameters = [
    ...describeFields("path", request.pathParams, operationId, shelf).map((each) => ({
      ...each,
      name: renamed.get(each.name)!,
    })),
    ...describeFields("query", request.queryParams, operationId, shelf),
    ...describeFields("header", request.headers, operationId, shelf),
    ...idempotencyParameters(endpoint),
  ];
  return {
    operationId,
    tags: [...new Set([domain, ...tags])],
    ...(description !== undefined && { summary: firstLine(description), description }),
    ...(isDeprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(request.body !== undefined && {
      requestBody: {
        required: request.isBodyRequired,
        content: { "application/json": { schema: shelf.place(request.body, `${operationId}_body`) } },
      },
    }),
    ...securityOf(endpoint.access),
    responses: describeResponses(endpoint, operationId, shelf),
  };
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]!;
}

function describeFields(
  place: "path" | "query" | "header",
  fields: ReadonlyMap<string, RequestField>,
  operationId: string,
  shelf: SchemaShelf,
) {
  return [...fields].map(([name, { schema, isRequired, defaultValue }]) => ({
    name,
    in: place,
    ...((isRequired || place === "path") && { required: true }),
    ...(typeof schema["description"] === "string" && { description: schema["description"] }),
    schema: shelf.place(
      defaultValue === undefined ? schema : { ...schema, default: defaultValue },
      `${operationId}_${place}_${name}`,
    ),
  }));
}

function describeResponses(endpoint: Endpoint, operationId: string, shelf: SchemaShelf): JsonObject {
  const { outputSchema, guards, route } = endpoint;
  const schema = outputSchema === undefined ? {} : shelf.place(outputSchema, `${operationId}_reply`);
  const success = {
    description: "The answer.",
    headers: executionHeaders,
    ...(route?.method !== "HEAD" && { content: { "application/json": { schema } } }),
  };
  const refusals = new Map<string, JsonObject>();
  for (const { status, code } of guards) {
    refusals.set(
      String(status),
      problemResponse(`${STATUS_CODES[status] ?? "Refused"}: \`${code}\`, among others.`),
    );
  }
  return {
    [successStatus(endpoint) ?? "2XX"]: success,
    "400": reference("responses/Problem"),
    ...accessResponses(endpoint.access),
    ...idempotencyResponses(endpoint),
    ...Object.fromEntries(refusals),
    default: reference("responses/Problem"),
  };
}

const executionHeaders = {
  "X-Execution-Id": reference("headers/ExecutionId"),
  "X-Orchestrator-Complete": reference("headers/OrchestratorComplete"),
};

function problemResponse(description: string): JsonObject {
  return {
    description,
    headers: executionHeaders,
    content: { "application/problem+json": { schema: reference("schemas/Problem") } },
  };
}

function reference(to: string): JsonObject {
  return { $ref: `#/components/${to}` };
}
