import type { onRequestHookHandler } from "fastify";
import type { Access } from "../../contracts/access.js";
import { failure } from "../../problems/orchestrator-error.js";
import { formatSize } from "../requests/format-size.js";
import type { Serving } from "../serving.js";
import { challengesOf } from "./challenge.js";

/** Refuses a body that says itself that it is too large, before anything is asked of its sender. */
export function sizeHook({ service }: Serving): onRequestHookHandler {
  const { bodyLimitBytes } = service.config.server;
  return (request, _reply, done) => {
    if (Number(request.headers["content-length"]) > bodyLimitBytes) {
      done(failure("REQUEST_TOO_LARGE", { limit: formatSize(bodyLimitBytes) }));
    } else done();
  };
}

/** What lets a request pass to a route that asks who calls. It comes before the body is read. */
export function accessHook(access: Access, { authenticator, service }: Serving): onRequestHookHandler {
  const { name } = service.config.app;
  return (request, reply, done) => {
    reply.header("cache-control", "no-store");
    authenticator.admit(request.headers, access, (error, identity) => {
      if (error !== undefined) {
        const challenges = challengesOf(error, access, name);
        if (challenges !== undefined) reply.header("www-authenticate", challenges);
        return done(error);
      }
      request.identity = identity;
      done();
    });
  };
}
