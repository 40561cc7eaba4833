import { asOrchestratorError } from "../problems/orchestrator-error.js";
import { formatProblem } from "./format-problem.js";
import { describeError, type Shell } from "./shell.js";

/** Prints what ended a command, on stderr. What no catalogue entry foresaw is shown in full. */
export function printFailure(error: unknown, shell: Shell): void {
  const known = asOrchestratorError(error);
  for (const problem of known.problems) {
    shell.remark(formatProblem(problem, shell.workingFolder, shell.remarkColours));
  }
  if (known.code === "INTERNAL") shell.remark(describeError(known.cause ?? error));
}
