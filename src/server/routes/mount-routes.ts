import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Mount } from "../../contracts/source.js";
import { pathOf } from "../requests/request-target.js";
import { prefixOf } from "./route-path.js";
import { sendProblem } from "../problems/send-problem.js";
import { asServingError } from "../requests/foreign-errors.js";
import { requestHooks } from "./request-hooks.js";
import type { Serving } from "../serving.js";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What sources serve by themselves: everything below their paths goes to them as it came, and so do their replies. */
export function mountRoutes(scope: FastifyInstance, serving: Serving): void {
  const { config, mounts } = serving.service;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  scope.setErrorHandler((error, request, reply) => {
    sendProblem(asServingError(error, config.server.bodyLimitBytes), request, reply, serving);
  });
  for (const { path, access, limits } of config.mounts) {
    const mount = mounts?.get(path);
    if (mount === undefined) continue;
    const url = prefixOf(config.api) + path;
    const hooks = requestHooks({ access, limits, limitsBody: true }, serving);
    const handler = handlerOf(mount, url);
    scope.route({ method: methods, url: `${url}/*`, exposeHeadRoute: false, ...hooks, handler });
  }
}

const nothing = Buffer.alloc(0);

function handlerOf(mount: Mount, url: string): (request: FastifyRequest, reply: FastifyReply) => void {
  return (request, reply) => {
    const { method } = request;
    const body = (request.body as Buffer | undefined) ?? nothing;
    const path = pathOf(request.url).slice(url.length);
    const call = mount.answer({ method, path, body }, (answer) => {
      reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
    reply.raw.once("close", () => reply.raw.writableFinished || call.cancel());
  };
}
