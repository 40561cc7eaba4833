import { relative, sep } from "node:path";
import type { FastifyInstance } from "fastify";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { Generation } from "../generation.js";
import { problemContentType, problemResponse } from "../problem-response.js";
import type { ReloadResult } from "../reloader.js";
import type { AdminContext } from "./admin-context.js";
import { describeReload } from "./describe-reload.js";

/** `/config`: what serves, and what came of the latest reload; `/config/reload`: reads the files again. */
export function adminConfigRoutes(scope: FastifyInstance, context: AdminContext): void {
  scope.get("/config", () => describeState(context));
  scope.post("/config/reload", async (request, reply) => {
    const result = await context.reloader.reload();
    if (result.status !== "refused") return describeReload(result);
    const body = describeRefusal(result, request.url);
    return reply.code(422).header("content-type", problemContentType).send(JSON.stringify(body));
  });
}

function describeState({ generations, reloader }: AdminContext): JsonObject {
  const { current, old } = generations;
  const { environment, configFolder, projectFolder } = current.service.config;
  return {
    environment: { name: environment.name, reason: environment.reason },
    project_folder: projectFolder,
    config_folder: configFolder,
    files: current.files.map(({ path, modifiedAt }) => ({
      path: shownPath(path, projectFolder),
      modified_at: modifiedAt?.toISOString() ?? null,
    })),
    generation: describeGeneration(current),
    old_generations: old.map(describeGeneration),
    needs_restart: [...reloader.pending],
    last_reload: reloader.latest === undefined ? null : describeReload(reloader.latest),
  };
}

function describeGeneration({ number, since, inFlight }: Generation): JsonObject {
  return { number, since: since.toISOString(), requests_in_flight: inFlight.count };
}

function describeRefusal(result: ReloadResult, instance: string): JsonObject {
  const count = result.problems.filter(({ severity }) => severity === "error").length;
  const { problem } = failure("RELOAD_REFUSED", { count });
  const { body } = problemResponse(problem, { instance, executionId: undefined, isDebug: false });
  const { status, ...rest } = describeReload(result);
  return { ...(JSON.parse(body) as JsonObject), ...rest, result: status! };
}

/** From the project where it lies below it. */
function shownPath(path: string, projectFolder: string): string {
  const short = relative(projectFolder, path);
  return short.startsWith("..") ? path : short.split(sep).join("/");
}
