import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { Logger } from "../../observe/logger.js";
import { failure } from "../../problems/orchestrator-error.js";
import { asServingError } from "../requests/foreign-errors.js";
import { problemContentType, problemResponse } from "../problems/problem-response.js";
import { pathOf } from "../requests/request-target.js";
import type { AdminContext } from "./admin-context.js";
import { checkAdminRequest, type AdminGuard } from "./admin-guard.js";
import { adminCacheRoutes } from "./cache-routes.js";
import { adminConfigRoutes } from "./config-routes.js";
import { adminHealthRoutes } from "./health-routes.js";
import { adminMetricsRoutes } from "./metrics-routes.js";
import { adminSourceRoutes } from "./source-routes.js";
import { adminTrafficRoutes } from "./traffic-routes.js";

/** The groups of routes, one file each. */
const routeGroups = [
  adminHealthRoutes,
  adminConfigRoutes,
  adminSourceRoutes,
  adminCacheRoutes,
  adminTrafficRoutes,
  adminMetricsRoutes,
];
const bodyLimitBytes = 65_536;

/** The routes of the admin listener, each behind the guard. Requests reach them through `routing`. */
export async function buildAdminServer(
  context: AdminContext,
  guard: AdminGuard,
  logger: Logger,
): Promise<FastifyInstance> {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendAdminProblem(error, request, reply, logger);
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    logController: new LogController({ disableRequestLogging: true }),
    loggerInstance: logger,
    frameworkErrors: refuse,
  }) as unknown as FastifyInstance;
  // What is sent to these routes has no meaning: a reload takes no arguments.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, undefined));
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) =>
    refuse(failure("ROUTE_NOT_FOUND", { path: request.url }), request, reply),
  );
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    if (context.isStopping()) reply.header("connection", "close");
    checkAdminRequest(request, guard);
  });
  for (const addRoutes of routeGroups) addRoutes(app, context);
  await app.ready();
  return app;
}

function sendAdminProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const known = asServingError(error, bodyLimitBytes);
  const { status, body } = problemResponse(known.problem, {
    instance: pathOf(request.url),
    executionId: undefined,
    isDebug: false,
  });
  if (status === 500) logger.error({ err: known.cause ?? known }, "The admin listener failed.");
  if (status === 401) reply.header("www-authenticate", "Bearer");
  reply.code(status).header("content-type", problemContentType).send(body);
}
