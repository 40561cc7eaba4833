import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../../config/model.js";
import type { RawRequest } from "../../plan/request-values.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { RunnableEndpoint } from "../../service.js";
import { Exchange } from "../exchanges/exchange.js";
import { readJsonBody } from "../requests/json-body.js";
import { checkTarget } from "../requests/request-target.js";
import { fullPath, restName, routerPath } from "./route-path.js";
import { asServingError } from "../requests/foreign-errors.js";
import { requestHooks } from "./request-hooks.js";
import { sendProblem } from "../problems/send-problem.js";
import { StreamExchange } from "../exchanges/stream-exchange.js";
import type { Serving } from "../serving.js";

/**
 * Adds the routes of all endpoints that have one. Bodies are read as bytes, within the limit, and parsed only where
 * an endpoint declares one. Throws what `add` throws.
 */
export function endpointRoutes(scope: FastifyInstance, serving: Serving): void {
  const { config, endpoints } = serving.service;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  scope.setErrorHandler((error, request, reply) => {
    request.executionId ??= chooseExecutionId(request);
    request.endpointPath ??= request.routeOptions.config.path;
    sendProblem(asServingError(error, config.server.bodyLimitBytes), request, reply, serving);
  });
  for (const endpoint of endpoints) if (!hasUpload(endpoint)) addRoute(scope, endpoint, serving);
  scope.register(async (uploads) => uploadRoutes(uploads, serving));
}

/** Routes whose bodies are not read here, so that no limit holds for them. */
function uploadRoutes(scope: FastifyInstance, serving: Serving): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
  for (const endpoint of serving.service.endpoints) {
    if (hasUpload(endpoint)) addRoute(scope, endpoint, serving);
  }
}

function hasUpload({ plan }: RunnableEndpoint): boolean {
  return plan.endpoint.stream?.hasUpload === true;
}

function addRoute(scope: FastifyInstance, endpoint: RunnableEndpoint, serving: Serving): void {
  const { config, endpoints } = serving.service;
  const { route } = endpoint.plan.endpoint;
  if (route === undefined) return;
  const path = fullPath(config.api, route);
  scope.route({
    method: endpoint.stream === undefined ? methodsOf(endpoint.plan.endpoint, endpoints) : [route.method],
    url: routerPath(path),
    exposeHeadRoute: false,
    config: { path, endpoint: endpoint.plan.endpoint.id },
    ...requestHooks({ ...endpoint.plan.endpoint, limitsBody: !hasUpload(endpoint) }, serving),
    handler: handlerOf(endpoint, path, serving),
  });
}

/** The methods that a route answers: GET answers HEAD too, unless another endpoint of the same shape does. */
export function methodsOf(endpoint: Endpoint, all: readonly RunnableEndpoint[]): string[] {
  const { method, path } = endpoint.route!;
  if (method !== "GET") return [method];
  const hasOwnHead = all.some(
    ({
      plan: {
        endpoint: { route },
      },
    }) => {
      return route?.method === "HEAD" && shapeOf(route.path) === shapeOf(path);
    },
  );
  return hasOwnHead ? ["GET"] : ["GET", "HEAD"];
}

function shapeOf(path: string): string {
  return path.replace(/\{[^{}*]+(\*?)\}/g, "{$1}");
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => void;

function handlerOf(endpoint: RunnableEndpoint, path: string, serving: Serving): Handler {
  const { route, request: declared } = endpoint.plan.endpoint;
  const readPathParams = pathReader(route!.path, route!.parameters);
  const readsBody = declared.body !== undefined;
  return (request, reply) => {
    request.executionId = chooseExecutionId(request);
    request.endpointPath = path;
    checkTarget(request.url);
    const { headers } = request;
    const body = readsBody
      ? readJsonBody(headers["content-type"], request.body as Buffer | undefined)
      : undefined;
    const pathParams = readPathParams(request.params as Record<string, string>);
    const query = request.query as RawRequest["query"];
    const raw = { pathParams, query, headers, body };
    if (endpoint.stream === undefined) new Exchange(request, reply, serving).start(endpoint, raw);
    else new StreamExchange(request, reply, serving).start(endpoint, raw);
  };
}

/** The execution's id is the request's, unless the caller gave one of its own. */
function chooseExecutionId(request: FastifyRequest): string {
  return request.headers["x-request-id"] === request.id ? randomUUID() : request.id;
}

type ReadPathParams = (params: Record<string, string>) => RawRequest["pathParams"];

/** The router matches empty segments too, but a parameter has at least one character. */
function pathReader(path: string, names: readonly string[]): ReadPathParams {
  const rest = restName(path);
  return (params) => {
    for (const key in params) {
      if (params[key] === "") throw failure("ROUTE_NOT_FOUND", { path });
    }
    if (names.length === 0 || rest === undefined) return params;
    const { "*": taken, ...others } = params;
    return { ...others, [rest]: taken! };
  };
}
