import type { FastifyInstance } from "fastify";
import { formatMetrics, metricsContentType } from "../../observe/metrics/snapshot.js";
import type { AdminContext } from "./admin-context.js";

/** `/metrics`: what is counted, for Prometheus. Without a token, as collectors ask for it. */
export function adminMetricsRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  scope.get("/metrics", { config: { isPublic: true } }, async (_request, reply) =>
    reply.header("content-type", metricsContentType).send(formatMetrics(await operations.metrics())),
  );
}
