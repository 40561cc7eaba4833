import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { failure } from "../../problems/orchestrator-error.js";
import { archiveFolder, backupFolder } from "./backup-config.js";
import { isSecretPath, readConfigurationFiles, type ConfigurationFile } from "./configuration-files.js";
import { verifiedFiles } from "./manifest.js";
import { ArchiveFault, unpackArchive } from "./tar-archive.js";

/** What a restore would do to the configuration folder. Paths are relative to it. */
export interface RestorePlan {
  readonly configFolder: string;
  readonly files: readonly ConfigurationFile[];
  readonly made: readonly string[];
  readonly overwritten: readonly string[];
  readonly removed: readonly string[];
}

const largestArchive = 256 * 1024 * 1024;

/**
 * Reads a backup and compares it with what is there; changes nothing. Throws FILE_NOT_FOUND, and BACKUP_UNUSABLE for
 * an archive that `config backup` did not make, that is damaged, or whose files would not all lie in the folder.
 */
export function planRestore(file: string, configFolder: string, workingFolder: string): RestorePlan {
  const files = readBackup(file, resolve(workingFolder, file));
  for (const { path } of files) refuseLinks(file, path, configFolder);
  const present = existsSync(configFolder) ? readConfigurationFiles(configFolder).kept : [];
  const before = new Map(present.map(({ path, content }) => [path, Buffer.from(content)]));
  const wanted = new Set(files.map(({ path }) => path));
  const differs = ({ path, content }: ConfigurationFile) => before.get(path)?.equals(content) === false;
  return {
    configFolder,
    files,
    made: files.filter(({ path }) => !before.has(path)).map(({ path }) => path),
    overwritten: files.filter(differs).map(({ path }) => path),
    removed: [...before.keys()].filter((path) => !wanted.has(path)),
  };
}

/**
 * Makes the configuration folder what it was in the backup; what is there now goes into a new backup first, whose
 * path is the answer. Throws FILE_UNWRITABLE.
 */
export function carryOutRestore(plan: RestorePlan, backups: string): string | undefined {
  const { configFolder, files, removed } = plan;
  const saved = existsSync(configFolder) ? backupFolder(configFolder, backups).file : undefined;
  for (const { path, content } of files) write(join(configFolder, path), content);
  for (const path of removed) rmSync(join(configFolder, path), { force: true });
  return saved;
}

function readBackup(shown: string, path: string): readonly ConfigurationFile[] {
  if (!existsSync(path)) throw failure("FILE_NOT_FOUND", { path: shown });
  try {
    const archive = gunzipSync(readFileSync(path), { maxOutputLength: largestArchive });
    return verifiedFiles(unpackArchive(archive)).map((file) => ({ ...file, path: pathInside(file.path) }));
  } catch (error) {
    const reason = error instanceof ArchiveFault ? error.message : "it is no gzip file";
    throw failure("BACKUP_UNUSABLE", { path: shown, reason }, { cause: error });
  }
}

/** The path below the configuration folder; an archive that leaves it, or brings secrets, is refused. */
function pathInside(path: string): string {
  const inside = path.startsWith(archiveFolder) ? path.slice(archiveFolder.length) : "";
  const parts = inside.split("/");
  const isPlain = parts.every(
    (part) => part !== "" && part !== "." && part !== ".." && !/[\\:\0]/.test(part),
  );
  if (!isPlain) throw new ArchiveFault(`its file "${path}" would lie outside the configuration folder`);
  if (isSecretPath(inside)) throw new ArchiveFault(`its file "${path}" is one for secrets`);
  return inside;
}

/** A link on the way to a file would lead the write elsewhere. */
function refuseLinks(backup: string, path: string, configFolder: string): void {
  const parts = path.split("/");
  for (let length = 1; length <= parts.length; length++) {
    const entry = join(configFolder, ...parts.slice(0, length));
    if (lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    const reason = `"${entry}" is a link, and a restore writes through none`;
    throw failure("BACKUP_UNUSABLE", { path: backup, reason });
  }
}

/** In one step, so that whoever reads the file meanwhile sees the old one or the new one. */
function write(target: string, content: Uint8Array): void {
  const temporary = join(dirname(target), `.restore-${process.pid}`);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path: target, reason }, { cause: error });
  }
}
