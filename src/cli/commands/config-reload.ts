import type { JsonObject } from "../../expression/value.js";
import type { Problem } from "../../problems/problem.js";
import { askAdmin } from "../ask-admin.js";
import type { ConfigReloadOptions } from "../define-config-reload.js";
import { formatProblem } from "../format-problem.js";
import { readProject } from "../open-project.js";
import { placeProblems } from "../problem-places.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Tells the running service to read its configuration again, and prints what came of it, as `check` would. */
export async function configReload(options: ConfigReloadOptions, shell: Shell): Promise<ExitCode> {
  const { loaded } = readProject(options, shell);
  const reply = await askAdmin("POST", "/config/reload", {
    ...options,
    loaded,
    workingFolder: shell.workingFolder,
  });
  const refused = reply.status === 422;
  if (options.json === true) shell.result(asJson(reply.body));
  else printProblems(reply.body, loaded.projectFolder ?? shell.workingFolder, shell);
  shell.remark(summary(reply.body as unknown as Reloaded, refused));
  return refused ? exitCodes.failed : exitCodes.fine;
}

/** What the admin listener says of a reload, as far as it is read here. */
interface Reloaded {
  readonly status: string;
  readonly generation: number;
  readonly problems: readonly Problem[];
  readonly needs_restart: readonly string[];
  readonly sources: {
    readonly kept: readonly string[];
    readonly opened: readonly string[];
    readonly closed: readonly string[];
  };
}

function printProblems(body: JsonObject, projectFolder: string, shell: Shell): void {
  const problems = placeProblems((body as unknown as Reloaded).problems, projectFolder, shell.workingFolder);
  for (const each of problems) shell.result(formatProblem(each, shell.workingFolder, shell.resultColours));
}

function summary(
  { status, generation, problems, needs_restart: keys, sources }: Reloaded,
  refused: boolean,
): string {
  if (refused) {
    const count = problems.filter(({ severity }) => severity === "error").length;
    return `Refused because of ${count} error${count === 1 ? "" : "s"}; generation ${generation} serves on.`;
  }
  const restart = keys.length === 0 ? "" : ` These hold only after a restart: ${keys.join(", ")}.`;
  if (status === "unchanged") return `Nothing has changed; generation ${generation} serves on.${restart}`;
  const { kept, opened, closed } = sources;
  const changes = `sources kept: ${kept.length}, opened: ${opened.length}, closed: ${closed.length}`;
  return `Reloaded; generation ${generation} serves now (${changes}).${restart}`;
}
