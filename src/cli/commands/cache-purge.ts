import { askAdmin } from "../ask-admin.js";
import type { CachePurgeOptions } from "../define-cache-commands.js";
import { readProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Tells the running service to drop kept values, and prints how many went. */
export async function cachePurge(options: CachePurgeOptions, shell: Shell): Promise<ExitCode> {
  const { loaded } = readProject(options, shell);
  const { tag: tags } = options;
  const { workingFolder } = shell;
  const body = tags === undefined ? {} : { tags };
  const reply = await askAdmin("POST", "/cache/purge", { ...options, loaded, workingFolder, body });
  const purged = reply.body["purged"];
  if (options.json === true) shell.result(asJson(reply.body));
  else shell.result(`${String(purged)} kept value${purged === 1 ? "" : "s"} dropped.`);
  return exitCodes.fine;
}
