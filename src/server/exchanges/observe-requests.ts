import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { logRequest } from "../../observe/request-log.js";
import { statusOf } from "../problems/problem-status.js";
import type { Serving } from "../serving.js";

/** Writes one line for each request when its reply is done, counts and traces it. Costs nothing where nobody reads it. */
export function observeRequests(app: FastifyInstance, serving: Serving): void {
  const { logger, metrics, tracer } = serving;
  if (metrics !== undefined) {
    app.addHook("onRoute", (route) => {
      const path = route.config?.path ?? route.url;
      const meters = [route.method].flat().map((method) => [method, metrics.request(method, path)] as const);
      route.config = { ...route.config, meters: Object.fromEntries(meters) };
    });
  }
  if (tracer !== undefined) {
    app.addHook("onRequest", (request, _reply, done) => {
      const { endpoint } = request.routeOptions.config;
      if (endpoint !== undefined) request.trace = tracer.begin(request, endpoint);
      done();
    });
  }
  if (metrics === undefined && tracer === undefined && !logger.isLevelEnabled("warn")) return;
  app.addHook("onResponse", (request, reply, done) => {
    noteReply(request, reply, serving);
    done();
  });
}

/** The same for one request that comes by no hook, because the router refused its path. */
export function observeReply(request: FastifyRequest, reply: FastifyReply, serving: Serving): void {
  reply.raw.once("finish", () => noteReply(request, reply, serving));
}

/**
 * Writes the line of a request, and counts it. Where its caller hung up no reply is ever done, so that this is called
 * by hand.
 */
export function noteReply(
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, metrics }: Pick<Serving, "logger" | "metrics">,
): void {
  const { executionId, problem, routeOptions } = request;
  const status = problem === undefined ? reply.statusCode : statusOf(problem);
  const durationMs = reply.elapsedTime;
  if (metrics !== undefined) {
    const meter = routeOptions.config?.meters?.[request.method] ?? metrics.unrouted;
    meter.answered(status, durationMs);
  }
  if (request.trace !== undefined) endTrace(request, status);
  if (!logger.isLevelEnabled("warn")) return;
  logRequest(logger, {
    executionId,
    requestId: request.id,
    method: request.method,
    route: request.endpointPath ?? routeOptions.url,
    status,
    durationMs,
    problem,
  });
}

function endTrace(
  { trace, method, routeOptions, endpointPath, executionId, problem }: FastifyRequest,
  status: number,
): void {
  const { config, url } = routeOptions;
  const route = endpointPath ?? config.path ?? url;
  const attributes = {
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": status,
    "orchestrator.endpoint": config.endpoint,
    "orchestrator.execution_id": executionId,
    "error.type": problem?.code,
  };
  trace!.end(`${method} ${route}`, attributes, status >= 500);
}
