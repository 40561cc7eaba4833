import type { LearnedShapes } from "../config/check/check-context.js";
import type { ServiceConfig } from "../config/model.js";
import type { Host } from "../contracts/host.js";
import type { EndpointPlan } from "../plan/plan.js";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { loadProject, type LoadedProject } from "../service.js";
import { formatProblem } from "./format-problem.js";
import { placeProblems } from "./problem-places.js";
import { loadProjectEnvironment } from "./project-environment.js";
import type { Shell } from "./shell.js";

export interface ProjectOptions {
  readonly configPath?: string | undefined;
  readonly unsetOk?: boolean | undefined;
  readonly envFile?: string | undefined;
  /** What sources told, in place of what `config.lock` says. */
  readonly learned?: LearnedShapes | undefined;
}

export interface OpenedProject {
  readonly loaded: LoadedProject;
  readonly config: ServiceConfig;
  readonly plans: readonly EndpointPlan[];
  readonly host: Host;
  /** The variables that the project sees, those of `.env` included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface ReadProject {
  /** Its problems have places as one would type them in the working folder. */
  readonly loaded: LoadedProject;
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Reads and checks a project, its `.env` included. Answers its problems whatever they are. */
export function readProject(options: ProjectOptions, shell: Shell): ReadProject {
  const { configPath, unsetOk, envFile, learned } = options;
  const { workingFolder } = shell;
  const environment = { ...process.env };
  const { host, projectFolder } = loadProjectEnvironment({ workingFolder, configPath, envFile, environment });
  const loaded = loadProject({ workingFolder, configPath, unsetOk, learned, host });
  const problems = placeProblems(loaded.problems, projectFolder, workingFolder);
  return { loaded: { ...loaded, problems }, host, environment };
}

/** A project without errors. Its warnings are remarks; with an error it throws all problems. */
export function openProject(options: ProjectOptions, shell: Shell): OpenedProject {
  const { loaded, host, environment } = readProject(options, shell);
  const { config, plans, problems } = loaded;
  if (config === undefined || plans === undefined) {
    const first = problems.find(({ severity }) => severity === "error");
    throw first === undefined ? failure("INTERNAL", {}) : new OrchestratorError(first, undefined, problems);
  }
  for (const each of problems.filter(({ severity }) => severity === "warning")) {
    shell.remark(formatProblem(each, shell.workingFolder, shell.remarkColours));
  }
  return { loaded, config, plans, host, environment };
}

/** Throws ENDPOINT_UNKNOWN. */
export function findPlan(id: string, plans: readonly EndpointPlan[]): EndpointPlan {
  const found = plans.find((plan) => plan.endpoint.id === id);
  if (found !== undefined) return found;
  throw failure("ENDPOINT_UNKNOWN", { id, known: plans.map((plan) => plan.endpoint.id) });
}
