import { namePattern } from "../../schema/scalars.js";
import { failure } from "../../problems/orchestrator-error.js";
import { openKeyFile } from "../api-keys/open-key-file.js";
import type { KeysCreateOptions } from "../define-key-commands.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Makes an API key, and prints it this once. */
export function keysCreate(name: string, options: KeysCreateOptions, shell: Shell): ExitCode {
  if (!namePattern.test(name)) {
    const reason = `"${name}" is no name of letters, digits, "_" and "-" that begins with a letter.`;
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api keys create" });
  }
  const { role = [], scope = [] } = options;
  const key = openKeyFile(options, shell).create(name, role, scope);
  shell.result(options.json === true ? asJson({ name, key, roles: role, scopes: scope }) : key);
  shell.remark("This is the only time that the key is shown: only its hash is kept.");
  shell.remark(
    "A running service knows it after `orchestrator-api config reload`; with `run --reload` by itself.",
  );
  return exitCodes.fine;
}
