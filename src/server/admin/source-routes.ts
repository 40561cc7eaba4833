import type { FastifyInstance } from "fastify";
import type { AdminContext } from "./admin-context.js";

/** `/sources`: every source and whether it can be reached, asked now. */
export function adminSourceRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  scope.get("/sources", () => operations.sources());
}
