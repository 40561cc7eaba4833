import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { failure } from "../../problems/orchestrator-error.js";
import { locateProject } from "../project-environment.js";
import { readConfigurationFiles } from "./configuration-files.js";
import { manifestOf } from "./manifest.js";
import { packArchive } from "./tar-archive.js";

export interface BackupOptions {
  /** The configuration folder. Without one: `ORCHESTRATOR_CONFIG_PATH`, `CONFIG_PATH`, `./config`. */
  readonly configPath?: string | undefined;
  /** Relative paths begin here; by default the working directory. */
  readonly workingFolder?: string | undefined;
}

export interface BackupReport {
  /** The absolute path of the archive. */
  readonly file: string;
  /** What is in it, relative to the configuration folder. */
  readonly files: readonly string[];
  /** Files of secrets, which are not in it. */
  readonly leftOut: readonly string[];
}

/** The folder of an archive's files, whatever the configuration folder is called. */
export const archiveFolder = "config/";

/**
 * Writes the configuration folder to `backups/config-<UTC time>.tar.gz` of the project, without `.env` files and keys.
 * Throws FILE_CONFIG_FOLDER_MISSING, FILE_UNREADABLE, FILE_UNWRITABLE.
 */
export function backupConfig({ configPath, workingFolder = "." }: BackupOptions = {}): BackupReport {
  const environment = { ...process.env };
  const project = locateProject({ workingFolder: resolve(workingFolder), configPath, environment });
  if (!existsSync(project.configFolder)) {
    const setting = "the folder to back up";
    throw failure("FILE_CONFIG_FOLDER_MISSING", { path: project.configFolder, setting });
  }
  return backupFolder(project.configFolder, join(project.projectFolder, "backups"));
}

/** Writes one configuration folder to a new archive in the folder of backups. */
export function backupFolder(configFolder: string, backups: string): BackupReport {
  const madeAt = new Date();
  const { kept, leftOut } = readConfigurationFiles(configFolder);
  const files = kept.map(({ path, content }) => ({ path: archiveFolder + path, content }));
  const archive = packArchive([manifestOf(files, madeAt), ...files], madeAt.getTime());
  const file = freeName(backups, madeAt);
  try {
    mkdirSync(backups, { recursive: true });
    writeFileSync(file, gzipSync(archive), { mode: 0o600, flag: "wx" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path: file, reason }, { cause: error });
  }
  return { file, files: kept.map(({ path }) => path), leftOut };
}

/** Sorts by time; two backups of one second get different names. */
function freeName(backups: string, madeAt: Date): string {
  const time = madeAt
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  let file = join(backups, `config-${time}.tar.gz`);
  for (let count = 2; existsSync(file); count++) file = join(backups, `config-${time}-${count}.tar.gz`);
  return file;
}
