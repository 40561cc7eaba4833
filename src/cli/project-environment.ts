import { dirname, resolve } from "node:path";
import { plannedFiles } from "../config/check/check-context.js";
import { layerNames } from "../config/reading/discover.js";
import { locateConfig } from "../config/reading/locate-config.js";
import type { Host } from "../contracts/host.js";
import { loadEnv } from "../host/load-env.js";
import { nodeHost } from "../host/node-host.js";
import { Report } from "../problems/report.js";
import { builtInSources } from "../service.js";

export interface ProjectEnvironmentOptions {
  readonly workingFolder: string;
  readonly configPath?: string | undefined;
  /** A file of variables in place of `.env`. */
  readonly envFile?: string | undefined;
  /** Where variables are set. */
  readonly environment: Record<string, string | undefined>;
}

export interface ProjectEnvironment {
  readonly host: Host;
  /** Where the places of problems begin; a guess where there is no configuration folder. */
  readonly projectFolder: string;
}

/**
 * Sets the variables of `.env`: of the working folder first, for they may name the configuration, then of the project.
 * Throws as `loadEnv` does.
 */
export function loadProjectEnvironment(options: ProjectEnvironmentOptions): ProjectEnvironment {
  const { workingFolder, envFile, environment } = options;
  loadEnv({ workingFolder, environment, file: envFile });
  const host = nodeHost(environment);
  const projectFolder = findProjectFolder(options, host);
  if (envFile === undefined) loadEnv({ workingFolder, environment, folder: projectFolder });
  return { host, projectFolder };
}

function findProjectFolder({ configPath, workingFolder }: ProjectEnvironmentOptions, host: Host): string {
  const knownFiles = builtInSources.map((type) => type.file);
  const found = locateConfig({
    configPath,
    workingFolder,
    host,
    layerNames: layerNames({ knownFiles, plannedFiles }),
    report: new Report(),
  });
  return found?.projectFolder ?? dirname(resolve(workingFolder, configPath ?? "config"));
}
