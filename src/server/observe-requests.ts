import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { logRequest } from "../observe/request-log.js";
import { statusOf } from "./problem-status.js";
import type { Serving } from "./serving.js";

/** Writes one line for each request when its reply is done, and counts it. Costs nothing where nobody reads it. */
export function observeRequests(app: FastifyInstance, serving: Serving): void {
  const { logger, metrics } = serving;
  if (metrics !== undefined) {
    app.addHook("onRoute", (route) => {
      const path = route.config?.path ?? route.url;
      const meters = [route.method].flat().map((method) => [method, metrics.request(method, path)] as const);
      route.config = { ...route.config, meters: Object.fromEntries(meters) };
    });
  }
  if (metrics === undefined && !logger.isLevelEnabled("warn")) return;
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
