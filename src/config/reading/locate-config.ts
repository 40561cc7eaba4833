import { basename, dirname, join, resolve } from "node:path";
import type { FileEntry, Host } from "../../contracts/host.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Report } from "../../problems/report.js";

export interface LocateOptions {
  /** The path given on the command line or to the library. */
  readonly configPath?: string | undefined;
  readonly workingFolder: string;
  readonly host: Host;
  readonly report: Report;
  /** The names, without folders or endings, of what a configuration folder holds: `config`, `domains`, … */
  readonly layerNames: readonly string[];
}

/** Where the configuration is. All paths are absolute. */
export interface ConfigLocation {
  /** The folder that holds the files, or the folders of the environments. */
  readonly configFolder: string;
  readonly projectFolder: string;
  /** The folders to read, each laid over those before it. */
  readonly layers: readonly string[];
  readonly environment: Environment;
}

export interface Environment {
  readonly name: string;
  /** Why it was chosen, in words. */
  readonly reason: string;
}

const defaultEnvironment = "development";

/** Finds the configuration folder and the environment. Reports what is wrong; `undefined` when there is no folder. */
export function locateConfig(options: LocateOptions): ConfigLocation | undefined {
  const { host, report } = options;
  const { path, setting } = chosenPath(options);
  const folder = resolve(options.workingFolder, path);
  if (host.files.kindOf(folder) !== "folder") {
    return report.add("FILE_CONFIG_FOLDER_MISSING", { path, setting }, undefined);
  }
  if (hasEnvironments(folder, options)) return locateEnvironment(folder, options);
  if (isEnvironmentOfBase(folder, options)) return locatePointedAt(folder, options);
  return locatePlain(folder, options);
}

function chosenPath({ configPath, host }: LocateOptions): { path: string; setting: string } {
  if (configPath !== undefined) return { path: configPath, setting: "the configuration path" };
  for (const setting of ["ORCHESTRATOR_CONFIG_PATH", "CONFIG_PATH"]) {
    const path = host.env(setting);
    if (path) return { path, setting };
  }
  return { path: "./config", setting: "the default" };
}

/** A folder that holds `base`, or nothing but folders of which one holds configuration. */
function hasEnvironments(folder: string, options: LocateOptions): boolean {
  if (options.host.files.kindOf(join(folder, "base")) === "folder") return true;
  if (holdsConfiguration(folder, options)) return false;
  return foldersIn(folder, options).some((name) => holdsConfiguration(join(folder, name), options));
}

function isEnvironmentOfBase(folder: string, options: LocateOptions): boolean {
  return basename(folder) !== "base" && holdsConfiguration(join(dirname(folder), "base"), options);
}

function holdsConfiguration(folder: string, { host, layerNames }: LocateOptions): boolean {
  const names = entriesIn(folder, host).map(({ name }) => name.replace(/\.ya?ml$/, ""));
  return names.some((name) => layerNames.includes(name));
}

function locateEnvironment(folder: string, options: LocateOptions): ConfigLocation {
  const known = foldersIn(folder, options).filter((name) => name !== "base");
  const environment = chosenEnvironment(options);
  const hasFolder = known.includes(environment.name);
  if (!hasFolder) reportMissing(environment, known, options);
  const layers = ["base", ...(hasFolder ? [environment.name] : [])]
    .map((name) => join(folder, name))
    .filter((layer) => options.host.files.kindOf(layer) === "folder");
  return { configFolder: folder, projectFolder: dirname(folder), layers, environment };
}

function reportMissing(
  { name }: Environment,
  known: readonly string[],
  { host, report }: LocateOptions,
): void {
  if (host.env("ENVIRONMENT")) report.add("ENVIRONMENT_UNKNOWN", { name, known }, undefined);
  else report.add("ENVIRONMENT_UNSET", { known }, undefined);
}

/** The path points straight at one environment: its sibling `base` is read first. */
function locatePointedAt(folder: string, options: LocateOptions): ConfigLocation {
  const configFolder = dirname(folder);
  const name = basename(folder);
  const wanted = options.host.env("ENVIRONMENT") || name;
  if (wanted !== name) options.report.add("ENVIRONMENT_CONFLICT", { name: wanted, folder: name }, undefined);
  return {
    configFolder,
    projectFolder: dirname(configFolder),
    layers: [join(configFolder, "base"), folder],
    environment: { name, reason: "the configuration path points at it" },
  };
}

/** Files without environments; a folder inside `config/`, such as `config/production`, belongs to the same project. */
function locatePlain(folder: string, options: LocateOptions): ConfigLocation {
  const isInside = basename(dirname(folder)) === "config";
  const projectFolder = isInside ? dirname(dirname(folder)) : dirname(folder);
  const isNamed = isInside && !options.host.env("ENVIRONMENT");
  const environment = isNamed
    ? { name: basename(folder), reason: "the configuration path points at it" }
    : chosenEnvironment(options);
  return { configFolder: folder, projectFolder, layers: [folder], environment };
}

function chosenEnvironment({ host }: LocateOptions): Environment {
  const name = host.env("ENVIRONMENT");
  if (name) return { name, reason: "ENVIRONMENT names it" };
  return { name: defaultEnvironment, reason: "it is the default, as ENVIRONMENT is not set" };
}

/** The folders of environments. */
function foldersIn(folder: string, { host, layerNames }: LocateOptions): string[] {
  return entriesIn(folder, host)
    .filter(({ name, kind }) => kind === "folder" && !layerNames.includes(name))
    .map(({ name }) => name);
}

/** A folder that cannot be listed is reported when it is read. */
function entriesIn(folder: string, { files }: Host): readonly FileEntry[] {
  try {
    return (files.list(folder) ?? []).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    if (error instanceof OrchestratorError) return [];
    throw error;
  }
}
