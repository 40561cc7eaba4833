import type { FastifyInstance, FastifyReply } from "fastify";
import type { Serving } from "../serving.js";

export const healthPaths = ["/health", "/livez", "/readyz"] as const;

/** `/health`, `/livez` and `/readyz`: for load balancers and probes, without any detail. */
export function healthRoutes(scope: FastifyInstance, { service, isStopping }: Serving): void {
  scope.get("/health", (_request, reply) => answer(reply, 200, "up"));
  scope.get("/livez", (_request, reply) => answer(reply, 200, "alive"));
  scope.get("/readyz", async (_request, reply) => {
    const isReady = !isStopping() && (await service.unreachableSources()).length === 0;
    return isReady ? answer(reply, 200, "ready") : answer(reply, 503, "not_ready");
  });
}

function answer(reply: FastifyReply, status: number, word: string): FastifyReply {
  return reply.code(status).header("cache-control", "no-store").send({ status: word });
}
