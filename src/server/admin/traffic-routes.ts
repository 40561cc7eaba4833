import type { FastifyInstance } from "fastify";
import type { AdminContext } from "./admin-context.js";

/** `/shadows`: what became of the copies of calls that shadows got, since the configuration serves. */
export function adminTrafficRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  scope.get("/shadows", async () => {
    const conditions = await operations.shadows();
    return {
      shadows: conditions.map(({ step, operation, counts }) => {
        const { timedOut, ...others } = counts;
        return { step, operation, ...others, timed_out: timedOut };
      }),
    };
  });
}
