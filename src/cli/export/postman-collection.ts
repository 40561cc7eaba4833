import type { Domain, Endpoint, ServiceConfig } from "../../config/model.js";
import type { JsonObject } from "../../expression/value.js";
import { fullPath } from "../../server/routes/route-path.js";
import { credentialVariables, describeAuth } from "./postman-auth.js";
import { postmanTests } from "./postman-tests.js";
import { stableId } from "./stable-id.js";
import { sampleRequest, type SampleField, type SampleRequest } from "./sample-request.js";

const schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/**
 * The API as a Postman collection (v2.1): a folder for each domain, a request with tests for each endpoint that has a
 * route. Pure: the same configuration, the same collection.
 */
export function postmanCollection(config: ServiceConfig): JsonObject {
  const { name, description, version } = config.app;
  return {
    info: {
      _postman_id: stableId(`collection ${name}`),
      name,
      description: [description, `Version ${version}.`].filter(Boolean).join("\n\n"),
      schema,
    },
    item: config.domains
      .filter(({ endpoints }) => endpoints.some(({ route }) => route !== undefined))
      .map((domain) => describeDomain(domain, config)),
    variable: [
      { key: "base_url", value: baseUrl(config.server.port, config.server.tls !== undefined) },
      ...credentialVariables(config),
    ],
  };
}

/** Where a service on this machine is reached. */
export function baseUrl(port: number, isTls = false): string {
  return `http${isTls ? "s" : ""}://localhost:${port}`;
}

function describeDomain({ id, description, endpoints }: Domain, config: ServiceConfig): JsonObject {
  return {
    name: id,
    ...(description !== undefined && { description }),
    item: endpoints
      .filter(({ route }) => route !== undefined)
      .map((endpoint) => describeEndpoint(endpoint, config)),
  };
}

function describeEndpoint(endpoint: Endpoint, config: ServiceConfig): JsonObject {
  const sample = sampleRequest(endpoint);
  const { name, description, route } = endpoint;
  const exec = postmanTests(endpoint, sample.isNamed);
  return {
    name,
    request: {
      method: route!.method,
      ...(description !== undefined && { description }),
      ...describeAuth(endpoint.access),
      header: describeHeaders(sample),
      url: describeUrl(fullPath(config.api, route!), sample),
      ...(sample.body !== undefined && {
        body: {
          mode: "raw",
          raw: JSON.stringify(sample.body, null, 2),
          options: { raw: { language: "json" } },
        },
      }),
    },
    event: [{ listen: "test", script: { type: "text/javascript", exec } }],
    response: [],
  };
}

function describeHeaders({ headers, body }: SampleRequest): readonly JsonObject[] {
  const own = body === undefined ? [] : [{ key: "Content-Type", value: "application/json" }];
  return [...own, ...headers.map(describeField)];
}

function describeUrl(path: string, { pathParams, query }: SampleRequest): JsonObject {
  const segments = path.slice(1).split("/");
  const variables = pathParams.filter(({ name }) => segments.includes(`{${name}}`));
  const written = segments.flatMap((segment) => writeSegment(segment, pathParams));
  const sent = query.filter(({ isSent }) => isSent);
  const search = sent.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("&");
  return {
    raw: `{{base_url}}/${written.join("/")}${search === "" ? "" : `?${search}`}`,
    host: ["{{base_url}}"],
    path: written,
    ...(query.length > 0 && { query: query.map(describeField) }),
    ...(variables.length > 0 && {
      variable: variables.map(({ name, value, description }) => ({
        key: name,
        value,
        ...(description !== undefined && { description }),
      })),
    }),
  };
}

/** Postman's variables are whole segments; the rest of a path is several, which stand there themselves. */
function writeSegment(segment: string, fields: readonly SampleField[]): readonly string[] {
  const [, name, rest] = /^\{([^{}*]+)(\*)?\}$/.exec(segment) ?? [];
  if (name === undefined) return [segment];
  if (rest === undefined) return [`:${name}`];
  const value = fields.find((field) => field.name === name)?.value ?? "";
  return value.split("/").map(encodeURIComponent);
}

function describeField({ name, value, description, isSent }: SampleField): JsonObject {
  return {
    key: name,
    value,
    ...(description !== undefined && { description }),
    ...(!isSent && { disabled: true }),
  };
}
