import type { FastifyInstance, FastifyReply } from "fastify";
import type { AdminContext } from "./admin-context.js";

/** `/livez` and `/readyz`, as the public listener has them. */
export function adminHealthRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  const config = { isPublic: true };
  scope.get("/livez", { config }, (_request, reply) => answer(reply, 200, "alive"));
  scope.get("/readyz", { config }, async (_request, reply) => {
    return (await operations.isReady()) ? answer(reply, 200, "ready") : answer(reply, 503, "not_ready");
  });
}

function answer(reply: FastifyReply, status: number, word: string): FastifyReply {
  return reply.code(status).send({ status: word });
}
