import { relative, resolve } from "node:path";
import type { InitOptions } from "../define-commands.js";
import { initProject, type InitProjectReport } from "../init-project.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Makes a project and lists its files: what was made on stdout, what was left alone as a remark. */
export function init(folder: string, options: InitOptions, shell: Shell): ExitCode {
  const report = initProject({ ...options, folder: resolve(shell.workingFolder, folder) });
  const isDryRun = options.dryRun === true;
  printFiles(report, isDryRun, shell);
  if (!isDryRun) shell.remark(nextSteps(report.folder, options.template, shell));
  return exitCodes.fine;
}

function printFiles(
  { made, overwritten, skipped }: InitProjectReport,
  isDryRun: boolean,
  shell: Shell,
): void {
  const { green, yellow } = shell.resultColours;
  for (const path of made) shell.result(`${green(isDryRun ? "would make" : "made")} ${path}`);
  for (const path of overwritten) {
    shell.result(`${yellow(isDryRun ? "would overwrite" : "overwrote")} ${path}`);
  }
  for (const path of skipped) shell.result(`${yellow("skipped")} ${path}`);
  if (skipped.length > 0) shell.remark("Skipped files exist already; --force overwrites them.");
}

function nextSteps(folder: string, template: string, shell: Shell): string {
  const short = relative(shell.workingFolder, folder);
  const enter = short === "" ? "" : `cd ${short.startsWith("..") ? folder : short} && `;
  return `Next: ${enter}${template !== "minimal" ? "npm install && npm start" : "orchestrator-api run"}`;
}
