import { Report } from "../../problems/report.js";
import type { ConfigShowOptions } from "../define-config-commands.js";
import { formatProblem } from "../format-problem.js";
import { secretMask } from "../mask-secrets.js";
import { describeOrigin, formatMerged } from "../merged-config/format-merged.js";
import { readMergedConfig, type MergedConfig } from "../merged-config/merged-files.js";
import { originsOf, plainValue } from "../merged-config/shown.js";
import { placeProblems } from "../problem-places.js";
import { loadProjectEnvironment } from "../project-environment.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Prints the merged configuration. What cannot be read in it is told on stderr; the rest is shown all the same. */
export function configShow(options: ConfigShowOptions, shell: Shell): ExitCode {
  const { configPath, environment: name } = options;
  const { workingFolder } = shell;
  const environment = { ...process.env, ...(name !== undefined && { ENVIRONMENT: name }) };
  const { host, projectFolder } = loadProjectEnvironment({ workingFolder, configPath, environment });
  const report = new Report();
  const merged = readMergedConfig({ workingFolder, configPath, host, report });
  const mask = secretMask(environment);
  if (merged !== undefined) {
    shell.result(mask(options.json === true ? asJson(describe(merged)) : formatMerged(merged)));
  }
  for (const problem of placeProblems(report.sorted(), projectFolder, workingFolder)) {
    shell.remark(mask(formatProblem(problem, workingFolder, shell.remarkColours)));
  }
  return report.errorCount > 0 ? exitCodes.failed : exitCodes.fine;
}

function describe({ environment, files }: MergedConfig) {
  const parts = [...files];
  return {
    environment,
    config: Object.fromEntries(parts.map(([name, shown]) => [name, plainValue(shown)])),
    origins: Object.fromEntries(
      parts.map(([name, shown]) => [
        name,
        Object.fromEntries(originsOf(shown).map(([pointer, origin]) => [pointer, describeOrigin(origin)])),
      ]),
    ),
  };
}
