import type { Problem } from "../problems/problem.js";
import { OrchestratorError } from "../problems/orchestrator-error.js";
import { formatPath } from "./format-problem.js";

/** Turns places that begin at the project into places as one would type them in the working folder. */
export function placeProblems(
  problems: readonly Problem[],
  projectFolder: string,
  workingFolder: string,
): readonly Problem[] {
  return problems.map((problem) => {
    const { location } = problem;
    if (location === undefined) return problem;
    const file = formatPath(location.file, workingFolder, projectFolder);
    return { ...problem, location: { ...location, file } };
  });
}

/** The same for all problems of an error. Errors of other kinds stay as they are. */
export function placeError(error: unknown, projectFolder: string, workingFolder: string): unknown {
  if (!(error instanceof OrchestratorError)) return error;
  const problems = placeProblems(error.problems, projectFolder, workingFolder);
  return new OrchestratorError(problems[0] ?? error.problem, error.cause, problems);
}
