import { openKeyFile } from "../api-keys/open-key-file.js";
import type { KeysOptions } from "../define-key-commands.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { formatTable } from "../table.js";

/** Prints what is known of each API key. */
export function keysList(options: KeysOptions, shell: Shell): ExitCode {
  const { keys } = openKeyFile(options, shell);
  if (options.json === true) {
    const listed = keys.map(({ createdAt, ...key }) => ({ ...key, created_at: createdAt ?? null }));
    shell.result(asJson(listed));
  } else if (keys.length === 0) {
    shell.remark("There is no key yet: `orchestrator-api keys create NAME` makes one.");
  } else {
    const rows = keys.map(({ name, roles, scopes, createdAt }) => [
      name,
      roles.join(", ") || "-",
      scopes.join(", ") || "-",
      createdAt ?? "-",
    ]);
    shell.result(formatTable(["name", "roles", "scopes", "created"], rows));
  }
  return exitCodes.fine;
}
