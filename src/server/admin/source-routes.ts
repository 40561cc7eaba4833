import type { FastifyInstance } from "fastify";
import type { AdminContext } from "./admin-context.js";

/** `/sources`: every source and whether it can be reached, asked now. */
export function adminSourceRoutes(scope: FastifyInstance, { generations }: AdminContext): void {
  scope.get("/sources", async () => {
    const states = await generations.current.service.probeSources();
    return {
      sources: states.map(({ id, kind, problem }) => ({
        id,
        kind,
        status: problem === undefined ? "reachable" : "unreachable",
        code: problem?.code ?? null,
        detail: problem?.message ?? null,
      })),
    };
  });
}
