import type { FastifyInstance } from "fastify";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import { problemContentType, problemResponse } from "../problems/problem-response.js";
import type { ReloadResult } from "../generations/reloader.js";
import type { AdminContext } from "./admin-context.js";
import { describeReload } from "./describe-reload.js";

/** `/config`: what serves, and what came of the latest reload; `/config/reload`: reads the files again. */
export function adminConfigRoutes(scope: FastifyInstance, { operations }: AdminContext): void {
  scope.get("/config", () => operations.describe());
  scope.post("/config/reload", async (request, reply) => {
    const result = await operations.reload();
    if (result.status !== "refused") return describeReload(result);
    const body = describeRefusal(result, request.url);
    return reply.code(422).header("content-type", problemContentType).send(JSON.stringify(body));
  });
}

function describeRefusal(result: ReloadResult, instance: string): JsonObject {
  const count = result.problems.filter(({ severity }) => severity === "error").length;
  const { problem } = failure("RELOAD_REFUSED", { count });
  const { body } = problemResponse(problem, { instance, executionId: undefined, isDebug: false });
  const { status, ...rest } = describeReload(result);
  return { ...(JSON.parse(body) as JsonObject), ...rest, result: status! };
}
