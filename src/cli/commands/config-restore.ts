import { join } from "node:path";
import { failure } from "../../problems/orchestrator-error.js";
import { carryOutRestore, planRestore, type RestorePlan } from "../backup/restore-config.js";
import type { ConfigRestoreOptions } from "../define-config-commands.js";
import { formatPath } from "../format-problem.js";
import { locateProject } from "../project-environment.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Makes the configuration what it was in a backup, once somebody agreed or `--force` is given. */
export async function configRestore(
  file: string,
  { configPath, force }: ConfigRestoreOptions,
  shell: Shell,
): Promise<ExitCode> {
  const { workingFolder } = shell;
  const environment = { ...process.env };
  const { configFolder, projectFolder } = locateProject({ workingFolder, configPath, environment });
  const plan = planRestore(file, configFolder, workingFolder);
  if (isNothingToDo(plan)) {
    shell.remark("The configuration is as it was in the backup.");
    return exitCodes.fine;
  }
  if (force !== true && !(await isAgreed(plan, shell))) {
    shell.remark("Nothing was changed.");
    return exitCodes.failed;
  }
  const saved = carryOutRestore(plan, join(projectFolder, "backups"));
  for (const line of linesOf(plan, "")) shell.result(line);
  if (saved !== undefined) shell.remark(`What was there before is in ${formatPath(saved, workingFolder)}`);
  return exitCodes.fine;
}

async function isAgreed(plan: RestorePlan, shell: Shell): Promise<boolean> {
  if (shell.confirm === undefined) {
    const reason = "Restoring changes files, and nobody can be asked here: add --force to do it.";
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api config restore" });
  }
  for (const line of linesOf(plan, "would be ")) shell.remark(line);
  return shell.confirm(`Restore ${formatPath(plan.configFolder, shell.workingFolder)}?`);
}

function isNothingToDo({ made, overwritten, removed }: RestorePlan): boolean {
  return made.length + overwritten.length + removed.length === 0;
}

function linesOf({ made, overwritten, removed }: RestorePlan, tense: string): readonly string[] {
  return [
    ...made.map((path) => `${tense}made ${path}`),
    ...overwritten.map((path) => `${tense}overwritten ${path}`),
    ...removed.map((path) => `${tense}removed ${path}`),
  ];
}
