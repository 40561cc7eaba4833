import { dirname, resolve } from "node:path";
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
  /** Holds the files, or the folders of the environments; where it would be when there is none. */
  readonly configFolder: string;
}

/**
 * Sets the variables of `.env`: of the working folder first, for they may name the configuration, then of the project.
 * Throws as `loadEnv` does.
 */
export function loadProjectEnvironment(options: ProjectEnvironmentOptions): ProjectEnvironment {
  const { workingFolder, envFile, environment } = options;
  const project = locateProject(options);
  if (envFile === undefined) loadEnv({ workingFolder, environment, folder: project.projectFolder });
  return project;
}

/** The same with the variables of the working folder alone. */
export function locateProject(options: ProjectEnvironmentOptions): ProjectEnvironment {
  const { workingFolder, envFile, environment } = options;
  loadEnv({ workingFolder, environment, file: envFile });
  const host = nodeHost(environment);
  return { host, ...findFolders(options, host) };
}

function findFolders({ configPath, workingFolder }: ProjectEnvironmentOptions, host: Host) {
  const knownFiles = builtInSources.map((type) => type.file);
  const found = locateConfig({
    configPath,
    workingFolder,
    host,
    layerNames: layerNames(knownFiles),
    report: new Report(),
  });
  if (found !== undefined) return found;
  const named = configPath ?? (host.env("ORCHESTRATOR_CONFIG_PATH") || host.env("CONFIG_PATH") || "config");
  const configFolder = resolve(workingFolder, named);
  return { configFolder, projectFolder: dirname(configFolder) };
}
