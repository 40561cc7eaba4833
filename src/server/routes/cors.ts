import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { CorsConfig } from "../../config/model.js";
import { addVary } from "../exchanges/add-vary.js";

/** Headers of replies that pages may read beside those that they always may. */
const exposed = [
  ...["x-execution-id", "x-orchestrator-complete", "x-request-id", "etag", "retry-after"],
  ...["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "server-timing", "www-authenticate"],
].join(", ");
const methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** How long a browser need not ask again, in seconds. */
const maxAge = "600";

/** Lets the pages of some origins read replies. What browsers ask beforehand is answered for every path, unasked who calls. */
export function allowOrigins(app: FastifyInstance, { origins, allowsCredentials }: CorsConfig): void {
  const allowsAll = origins.includes("*");
  const allowed = new Set(origins);
  app.addHook("onRequest", (request, reply, done) => {
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && (allowsAll || allowed.has(origin));
    if (isAllowed) {
      reply.header("access-control-allow-origin", allowsAll ? "*" : origin);
      reply.header("access-control-expose-headers", exposed);
      if (allowsCredentials) reply.header("access-control-allow-credentials", "true");
    }
    if (isPreflight(request)) answerPreflight(request, reply, isAllowed);
    else done();
  });
  if (allowsAll) return;
  app.addHook("onSend", (_request, reply, payload, done) => {
    addVary(reply, "Origin");
    done(null, payload);
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function answerPreflight({ headers }: FastifyRequest, reply: FastifyReply, isAllowed: boolean): void {
  const wanted = headers["access-control-request-headers"];
  if (isAllowed) {
    reply.header("access-control-allow-methods", methods);
    reply.header("access-control-max-age", maxAge);
    if (wanted !== undefined) reply.header("access-control-allow-headers", wanted);
  }
  reply.code(204).send();
}
