import { relative, sep } from "node:path";
import type { ShadowCondition } from "../engine/shared-state.js";
import type { JsonObject } from "../expression/value.js";
import type { Snapshot } from "../observe/metrics/snapshot.js";
import { describeReload } from "./admin/describe-reload.js";
import type { Generation } from "./generations/generation.js";
import type { Generations } from "./generations/generations.js";
import type { Reloader, ReloadResult } from "./generations/reloader.js";
import type { ServiceMetrics } from "./service-metrics.js";
import type { Readiness, ServiceOperations } from "./service-operations.js";

export interface LocalParts {
  readonly generations: Generations;
  readonly reloader: Reloader;
  readonly metrics: ServiceMetrics | undefined;
  readonly isStopping: () => boolean;
}

/** What can be asked of the service in this process. */
export class LocalOperations implements ServiceOperations {
  private readonly parts: LocalParts;

  constructor(parts: LocalParts) {
    this.parts = parts;
  }

  async readiness(): Promise<Readiness> {
    if (this.parts.isStopping()) return { isReady: false, unreachable: [] };
    const unreachable = await this.service.unreachableSources();
    return { isReady: unreachable.length === 0, unreachable };
  }

  async describe(): Promise<JsonObject> {
    const { generations, reloader } = this.parts;
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

  reload(): Promise<ReloadResult> {
    return this.parts.reloader.reload();
  }

  async sources(): Promise<JsonObject> {
    const states = await this.service.probeSources();
    return {
      sources: states.map(({ id, kind, problem, facts }) => ({
        id,
        kind,
        status: problem === undefined ? "reachable" : "unreachable",
        code: problem?.code ?? null,
        detail: problem?.message ?? null,
        reason: typeof problem?.facts["reason"] === "string" ? problem.facts["reason"] : null,
        ...facts,
      })),
    };
  }

  async shadows(): Promise<readonly ShadowCondition[]> {
    return this.service.shadowConditions?.() ?? [];
  }

  async purge(tags: readonly string[] | undefined): Promise<number> {
    return (await this.service.purge?.(tags)) ?? 0;
  }

  async metrics(): Promise<Snapshot> {
    return this.parts.metrics?.registry.snapshot() ?? [];
  }

  private get service() {
    return this.parts.generations.current.service;
  }
}

function describeGeneration({ number, since, inFlight }: Generation): JsonObject {
  return { number, since: since.toISOString(), requests_in_flight: inFlight.count };
}

/** From the project where it lies below it. */
function shownPath(path: string, projectFolder: string): string {
  const short = relative(projectFolder, path);
  return short.startsWith("..") ? path : short.split(sep).join("/");
}
