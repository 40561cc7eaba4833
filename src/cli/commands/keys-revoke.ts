import { openKeyFile } from "../api-keys/open-key-file.js";
import type { KeysOptions } from "../define-key-commands.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Makes an API key worthless. */
export function keysRevoke(name: string, options: KeysOptions, shell: Shell): ExitCode {
  openKeyFile(options, shell).revoke(name);
  if (options.json === true) shell.result(asJson({ revoked: name }));
  else shell.result(`Revoked "${name}".`);
  shell.remark(
    "A running service refuses it after `orchestrator-api config reload`; with `run --reload` by itself.",
  );
  return exitCodes.fine;
}
