import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of the command line: what was typed cannot be done. */
export const commandProblems = {
  COMMAND_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "The command line names a command that does not exist.",
    (p) => ({ message: `There is no command "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  COMMAND_OPTION_UNKNOWN: entry<{ name: string; command: string; known: readonly string[] }>(
    "A command is given an option that it does not have.",
    (p) => ({ message: `"${p.command}" has no option "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  COMMAND_NOT_BUILT: entry<{ what: string }>(
    "A documented command, option or template is used that this version does not have yet.",
    (p) => ({
      message: `"${p.what}" is documented, but this version does not have it yet.`,
      hint: "Leave it out, or wait for a version whose changelog names it.",
    }),
  ),
  COMMAND_USAGE: entry<{ reason: string; command: string }>(
    "The arguments of a command cannot be understood.",
    (p) => ({ message: p.reason, hint: `\`${p.command} --help\` shows how it is used.` }),
  ),
  TEMPLATE_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "`init` is asked for a template that does not exist.",
    (p) => ({ message: `There is no template "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  TEMPLATE_WITHOUT_ENVIRONMENTS: entry<{ name: string }>(
    "`init --environments` is used with a template that has none.",
    (p) => ({
      message: `The template "${p.name}" has no environments.`,
      hint: "Write `--template full --environments`.",
    }),
  ),
  ENDPOINT_UNKNOWN: entry<{ id: string; known: readonly string[] }>(
    "A command names an endpoint that the project does not have.",
    (p) => ({ message: `There is no endpoint "${p.id}".`, hint: nameHint(p.id, p.known) }),
  ),
  ENDPOINT_PARAMETER_UNKNOWN: entry<{ name: string; endpoint: string; known: readonly string[] }>(
    "`call` is given a parameter that the endpoint does not declare.",
    (p) => ({ message: `"${p.endpoint}" has no parameter "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  IMPORT_UNREADABLE: entry<{ path: string; reason: string }>(
    "A file that is to be imported, or added to, is not what it should be.",
    (p) => ({ message: `"${p.path}" cannot be imported: ${p.reason}.` }),
  ),
  BACKUP_UNUSABLE: entry<{ path: string; reason: string }>(
    "`config restore` is given something that is no backup, that is damaged, or that would write elsewhere.",
    (p) => ({
      message: `"${p.path}" cannot be restored: ${p.reason}.`,
      hint: "Nothing was changed. Backups are made by `orchestrator-api config backup`.",
    }),
  ),
  FILE_UNWRITABLE: entry<{ path: string; reason: string }>("A file cannot be written.", (p) => ({
    message: `The file "${p.path}" cannot be written: ${p.reason}.`,
  })),
};
