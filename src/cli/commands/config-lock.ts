import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { lockFileName, lockText } from "../../config/lock-file.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ConfigLockOptions } from "../define-config-commands.js";
import { readLiveProject } from "../live-project.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Writes what the sources say of their operations' answers to config.lock. Throws all problems where there is an error. */
export async function configLock(options: ConfigLockOptions, shell: Shell): Promise<ExitCode> {
  const { loaded, shapes } = await readLiveProject(options, shell);
  const errors = loaded.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || shapes === undefined) {
    throw new OrchestratorError(errors[0]!, undefined, loaded.problems);
  }
  const path = join(loaded.projectFolder!, lockFileName);
  writeFileSync(path, lockText(shapes));
  const count = Object.values(shapes).reduce((sum, each) => sum + Object.keys(each).length, 0);
  shell.result(
    `${relative(shell.workingFolder, path)}: ${count} ${count === 1 ? "operation" : "operations"}`,
  );
  return exitCodes.fine;
}
