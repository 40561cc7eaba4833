import type { FastifyInstance } from "fastify";
import type { AdminContext } from "./admin-context.js";

/** `/livez` and `/readyz`, as the public listener has them, but that this `/readyz` names what it waits for. */
export function adminHealthRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  const config = { isPublic: true };
  scope.get("/livez", { config }, () => ({ status: "alive" }));
  scope.get("/readyz", { config }, async (_request, reply) => {
    const { isReady, unreachable } = await operations.readiness();
    if (isReady) return { status: "ready" };
    return reply.code(503).send({ status: "not_ready", unreachable });
  });
}
