import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ServiceConfig } from "../../config/model.js";
import { formatPath } from "../format-problem.js";
import { finding, fine, type Diagnosis } from "./diagnosis.js";

/** Looks whether the service can write where it has to, and whether its token is its owner's alone. */
export function examineFiles(config: ServiceConfig, workingFolder: string): readonly Diagnosis[] {
  const { projectFolder, logging } = config;
  const folders = [
    join(projectFolder, "data"),
    ...(logging.file === undefined ? [] : [dirname(logging.file)]),
  ];
  return [
    ...folders.map((folder) => examineFolder(folder, formatPath(folder, workingFolder))),
    ...examineToken(join(projectFolder, "data/admin.token"), workingFolder),
  ];
}

/** A folder that is missing is made when it is first used, so then it is its parent that counts. */
function examineFolder(folder: string, shown: string): Diagnosis {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    return finding("files", `"${shown}" is no folder.`, `Rename it: the service needs a folder "${shown}".`);
  }
  const place = nearestFolder(folder);
  if (isWritable(place)) return fine("files", `"${shown}" can be written to.`);
  return finding(
    "files",
    `"${shown}" cannot be written to.`,
    `Give the user of the service the right: \`chmod u+rwx ${place}\`.`,
  );
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function examineToken(path: string, workingFolder: string): readonly Diagnosis[] {
  const stats = existsSync(path) ? statSync(path) : undefined;
  if (stats === undefined || process.platform === "win32" || (stats.mode & 0o077) === 0) return [];
  const shown = formatPath(path, workingFolder);
  return [finding("files", `"${shown}" can be read by others.`, `Run \`chmod 600 ${shown}\`.`)];
}
