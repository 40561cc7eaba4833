import { randomUUID } from "node:crypto";
import fastify, {
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyPluginCallback,
} from "fastify";
import type { ServerConfig } from "../config/model.js";
import type { Logger } from "../observe/logger.js";
import { failure, type OrchestratorError } from "../problems/orchestrator-error.js";
import type { Service } from "../service.js";
import { ApiKeys } from "./auth/api-keys.js";
import { Authenticator } from "./auth/authenticator.js";
import { openTokenVerifier, type TokenVerifier } from "./auth/token-verifier.js";
import { compressReplies } from "./routes/compress-replies.js";
import { allowOrigins } from "./routes/cors.js";
import { docsRoutes } from "./docs/docs-routes.js";
import { endpointRoutes } from "./routes/endpoint-routes.js";
import { asServingError } from "./requests/foreign-errors.js";
import { HangUps } from "./exchanges/hang-ups.js";
import { healthRoutes } from "./routes/health-routes.js";
import { RequestCounts, type RequestCounter } from "./limits/request-counts.js";
import { listingRoutes } from "./routes/listing-routes.js";
import { mountRoutes } from "./routes/mount-routes.js";
import { observeReply, observeRequests } from "./exchanges/observe-requests.js";
import { pathOf, saneRequestId } from "./requests/request-target.js";
import { RouteLedger } from "./routes/route-ledger.js";
import { sendProblem } from "./problems/send-problem.js";
import type { ServiceTracer } from "./service-tracer.js";
import type { ServiceMetrics } from "./service-metrics.js";
import type { Serving } from "./serving.js";

/** A Fastify plug-in of one's own, for routes and hooks beside the configured endpoints. */
export type Plugin = FastifyPluginCallback | FastifyPluginAsync;

export interface BuildOptions {
  readonly logger: Logger;
  readonly plugins?: readonly Plugin[] | undefined;
  readonly isStopping: () => boolean;
  /** Shared by the generations of a service, as the connections are that it watches. */
  readonly hangUps?: HangUps | undefined;
  readonly metrics?: ServiceMetrics | undefined;
  /** How many requests were made, in all generations. */
  readonly counter?: RequestCounter | undefined;
  /** By default one of its own. */
  readonly tokens?: TokenVerifier | undefined;
  readonly tracer?: ServiceTracer | undefined;
}

/**
 * One Fastify instance for one service: one generation. It listens at nothing; requests reach it through `routing`
 * and `inject`. Throws PLUGIN_ROUTE_TAKEN, and what a plug-in throws.
 */
export async function buildServer(service: Service, options: BuildOptions): Promise<FastifyInstance> {
  const {
    logger,
    isStopping,
    hangUps = new HangUps(),
    metrics,
    tracer,
    counter = new RequestCounts(),
  } = options;
  const { apiKeys, jwt } = service.config.auth;
  const tokens = options.tokens ?? (jwt === undefined ? undefined : await openTokenVerifier(jwt));
  const authenticator = new Authenticator(apiKeys && new ApiKeys(apiKeys.keys), tokens);
  const serving: Serving = { service, logger, isStopping, hangUps, metrics, tracer, authenticator, counter };
  const app = createInstance(serving);
  const ledger = new RouteLedger();
  decorate(app, serving, ledger);
  try {
    await addRoutes(app, serving, ledger, options.plugins ?? []);
    await app.ready();
  } catch (error) {
    throw ledger.explain(error);
  }
  return app;
}

/** Fastify itself trusts nobody where it is given a number. */
function trustOf(
  trusted: ServerConfig["trustProxy"],
): false | string[] | ((address: string, hop: number) => boolean) {
  if (typeof trusted === "number") return (_address, hop) => hop < trusted;
  return trusted === undefined ? false : [...trusted];
}

/** Node refuses longer request targets itself. */
const longestPath = 65_536;

function createInstance(serving: Serving): FastifyInstance {
  const { bodyLimitBytes, trustProxy } = serving.service.config.server;
  return fastify({
    trustProxy: trustOf(trustProxy),
    bodyLimit: bodyLimitBytes,
    logController: new LogController({ disableRequestLogging: true }),
    loggerInstance: serving.logger,
    childLoggerFactory: (logger) => logger,
    genReqId: (request) => saneRequestId(request.headers["x-request-id"]) ?? randomUUID(),
    routerOptions: { maxParamLength: longestPath },
    frameworkErrors: (error, request, reply) => {
      observeReply(request, reply, serving);
      sendProblem(asServingError(error, bodyLimitBytes), request, reply, serving);
    },
    allowErrorHandlerOverride: false,
  }) as unknown as FastifyInstance;
}

function decorate(app: FastifyInstance, serving: Serving, { known }: RouteLedger): void {
  app.decorateRequest("executionId", undefined);
  app.decorateRequest("endpointPath", undefined);
  app.decorateRequest("problem", undefined);
  app.decorateRequest("identity", undefined);
  app.decorateRequest("trace", undefined);
  const refuseRoute = (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request.url);
    const allowed = known.methodsAt(path);
    if (allowed.length > 0) reply.header("allow", allowed.join(", "));
    sendProblem(notFound(request.method, path, allowed), request, reply, serving);
  };
  app.setNotFoundHandler(refuseRoute);
  app.setErrorHandler((error, request, reply) => {
    const { bodyLimitBytes } = serving.service.config.server;
    // The body of a request that nobody answers is parsed too, and what is wrong with it does not matter.
    if (request.is404) refuseRoute(request, reply);
    else sendProblem(asServingError(error, bodyLimitBytes), request, reply, serving);
  });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("x-content-type-options", "nosniff");
    if (serving.isStopping()) reply.header("connection", "close");
    done();
  });
  const { cors, compresses } = serving.service.config.server;
  if (cors !== undefined) allowOrigins(app, cors);
  if (compresses === true) compressReplies(app);
  observeRequests(app, serving);
}

function notFound(method: string, path: string, allowed: readonly string[]): OrchestratorError {
  return allowed.length === 0
    ? failure("ROUTE_NOT_FOUND", { path })
    : failure("METHOD_NOT_ALLOWED", { method, allowed });
}

/** Our own routes first, then those of plug-ins, then the configured ones, so that each clash is found. */
async function addRoutes(
  app: FastifyInstance,
  serving: Serving,
  ledger: RouteLedger,
  plugins: readonly Plugin[],
): Promise<void> {
  app.addHook("onRoute", (route) => ledger.note(route));
  healthRoutes(app, serving);
  listingRoutes(app, serving);
  docsRoutes(app, serving);
  ledger.enter("plugins");
  for (const plugin of plugins) await app.register(plugin);
  ledger.enter("endpoints");
  await app.register(async (scope) => mountRoutes(scope, serving));
  await app.register(async (scope) => endpointRoutes(scope, serving));
}
