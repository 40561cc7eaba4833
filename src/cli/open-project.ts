import type { ServiceConfig } from "../config/model.js";
import type { EndpointPlan } from "../plan/plan.js";
import type { Problem } from "../problems/problem.js";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { loadProject, type LoadedProject } from "../service.js";
import { formatProblem } from "./format-problem.js";
import type { Shell } from "./shell.js";

export interface ProjectOptions {
  readonly configPath?: string | undefined;
  readonly unsetOk?: boolean | undefined;
  readonly envFile?: string | undefined;
}

export interface OpenedProject {
  readonly loaded: LoadedProject;
  readonly config: ServiceConfig;
  readonly plans: readonly EndpointPlan[];
}

/** Reads and checks a project, its `.env` included. Answers its problems whatever they are. */
export function readProject(options: ProjectOptions, shell: Shell): LoadedProject {
  const { configPath, unsetOk, envFile } = options;
  return loadProject({
    workingFolder: shell.workingFolder,
    ...(configPath !== undefined && { configPath }),
    ...(unsetOk !== undefined && { unsetOk }),
    ...(envFile !== undefined && { envFile }),
  });
}

/** A project without errors. Its warnings are remarks; with an error it throws all problems. */
export function openProject(options: ProjectOptions, shell: Shell): OpenedProject {
  const loaded = readProject(options, shell);
  const { config, plans, problems } = loaded;
  const errors = problems.filter(isError);
  if (config === undefined || plans === undefined) {
    throw new OrchestratorError(errors[0] ?? failure("INTERNAL", {}).problem, undefined, problems);
  }
  for (const each of problems.filter(isWarning)) {
    shell.remark(formatProblem(each, shell.workingFolder, shell.remarkColours));
  }
  return { loaded, config, plans };
}

/** Throws ENDPOINT_UNKNOWN. */
export function findPlan(id: string, plans: readonly EndpointPlan[]): EndpointPlan {
  const found = plans.find((plan) => plan.endpoint.id === id);
  if (found !== undefined) return found;
  throw failure("ENDPOINT_UNKNOWN", { id, known: plans.map((plan) => plan.endpoint.id) });
}

const isError = (problem: Problem) => problem.severity === "error";
const isWarning = (problem: Problem) => problem.severity === "warning";
