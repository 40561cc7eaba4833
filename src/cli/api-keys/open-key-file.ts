import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { formatPath } from "../format-problem.js";
import { readProject, type ProjectOptions } from "../open-project.js";
import type { Shell } from "../shell.js";
import { KeyFile } from "./key-file.js";

/**
 * The file of API keys of a project, which may have errors elsewhere. Throws API_KEYS_OFF, API_KEYS_UNREADABLE, and
 * the problems of a project whose configuration cannot be found.
 */
export function openKeyFile(options: ProjectOptions, shell: Shell): KeyFile {
  const { loaded } = readProject(options, shell);
  const { apiKeysFile: path, problems, projectFolder } = loaded;
  if (path !== undefined) return new KeyFile(path, formatPath(path, shell.workingFolder));
  if (projectFolder === undefined) throw new OrchestratorError(problems[0]!, undefined, problems);
  throw failure("API_KEYS_OFF", {});
}
