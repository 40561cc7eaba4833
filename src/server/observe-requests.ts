import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { logRequest } from "../observe/request-log.js";
import { statusOf } from "./problem-status.js";
import type { Serving } from "./serving.js";

/** Writes one line for each request when its reply is done, or its caller gone. Costs nothing where nobody reads it. */
export function observeRequests(app: FastifyInstance, { logger }: Serving): void {
  if (!logger.isLevelEnabled("warn")) return;
  app.addHook("onResponse", (request, reply, done) => {
    logReply(request, reply);
    done();
  });

  function logReply(request: FastifyRequest, reply: FastifyReply): void {
    const { executionId, problem } = request;
    logRequest(logger, {
      executionId,
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.config.path ?? request.routeOptions.url,
      status: problem === undefined ? reply.statusCode : statusOf(problem),
      durationMs: reply.elapsedTime,
      problem,
    });
  }
}
