import type { CheckOptions } from "../define-commands.js";
import { formatProblem } from "../format-problem.js";
import { readProject } from "../open-project.js";
import { readLiveProject } from "../live-project.js";
import type { Severity } from "../../problems/entry.js";
import type { LoadedProject } from "../../service.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Prints every problem, in the order of files and lines. Errors are findings; warnings and notes are not. */
export async function check(options: CheckOptions, shell: Shell): Promise<ExitCode> {
  const { loaded } =
    options.live === true ? await readLiveProject(options, shell) : readProject(options, shell);
  if (options.json === true) shell.result(asJson({ problems: loaded.problems }));
  else printProblems(loaded, shell);
  shell.remark(summary(loaded));
  return count(loaded, "error") > 0 ? exitCodes.failed : exitCodes.fine;
}

function printProblems({ problems }: LoadedProject, shell: Shell): void {
  for (const problem of problems) {
    shell.result(formatProblem(problem, shell.workingFolder, shell.resultColours));
  }
}

function summary(loaded: LoadedProject): string {
  const { config, problems } = loaded;
  const found = (["error", "warning", "note"] as const)
    .map((severity) => [count(loaded, severity), severity] as const)
    .filter(([number]) => number > 0)
    .map(([number, severity]) => plural(number, severity));
  const what = problems.length === 0 ? "No problems" : found.join(", ");
  if (config === undefined) return `${what}.`;
  const endpoints = config.domains.reduce((sum, domain) => sum + domain.endpoints.length, 0);
  const size = [plural(config.domains.length, "domain"), plural(endpoints, "endpoint")];
  return `${what} in ${[...size, plural(config.sources.length, "source")].join(", ")}.`;
}

const count = ({ problems }: LoadedProject, severity: Severity) =>
  problems.filter((problem) => problem.severity === severity).length;

const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
