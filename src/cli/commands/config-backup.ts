import { join } from "node:path";
import { backupConfig } from "../backup/backup-config.js";
import type { ConfigBackupOptions } from "../define-config-commands.js";
import { formatPath } from "../format-problem.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Writes an archive of the configuration and prints its path. */
export function configBackup({ configPath, json }: ConfigBackupOptions, shell: Shell): ExitCode {
  const { workingFolder } = shell;
  const { file, files, leftOut } = backupConfig({ configPath, workingFolder });
  const path = formatPath(file, workingFolder);
  shell.result(json === true ? asJson({ file: path, files, left_out: leftOut }) : path);
  shell.remark(`${files.length} file${files.length === 1 ? "" : "s"}.`);
  for (const each of leftOut) shell.remark(`Left out, as it holds secrets: ${join("config", each)}`);
  return exitCodes.fine;
}
