import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../observe/logger.js";
import { logRequest } from "../observe/request-log.js";
import { statusOf } from "./problem-status.js";
import type { Serving } from "./serving.js";

/** Writes one line for each request when its reply is done. Costs nothing where nobody reads it. */
export function observeRequests(app: FastifyInstance, { logger }: Serving): void {
  if (!logger.isLevelEnabled("warn")) return;
  app.addHook("onResponse", (request, reply, done) => {
    logReply(request, reply, logger);
    done();
  });
}

/** The same for one request that comes by no hook, because the router refused its path. */
export function observeReply(request: FastifyRequest, reply: FastifyReply, { logger }: Serving): void {
  reply.raw.once("finish", () => logReply(request, reply, logger));
}

/** Writes the line of a request. Where its caller hung up no reply is ever done, so that this is called by hand. */
export function logReply(request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { executionId, problem } = request;
  logRequest(logger, {
    executionId,
    requestId: request.id,
    method: request.method,
    route: request.endpointPath ?? request.routeOptions.url,
    status: problem === undefined ? reply.statusCode : statusOf(problem),
    durationMs: reply.elapsedTime,
    problem,
  });
}
