import type { Command } from "commander";
import type { ExitCode, Shell } from "./shell.js";

export interface KeysOptions {
  readonly configPath?: string;
  readonly json?: boolean;
}

export interface KeysCreateOptions extends KeysOptions {
  readonly role?: readonly string[];
  readonly scope?: readonly string[];
}

const configPath = ["--config-path <folder>", "the folder of the configuration (default: config)"] as const;
const name = ["<name>", "what it is called, such as the name of whoever gets it"] as const;
const example = (rest: string) => `\nExample:\n  orchestrator-api keys ${rest}`;

/** Puts the group `keys` on the program. */
export function defineKeyCommands(program: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  const keys = program
    .command("keys")
    .description("make, list and revoke the API keys of callers")
    .addHelpText("after", example("create partner --role analyst"));
  keys
    .command("create")
    .description("make an API key: it is printed once, and only its hash is kept")
    .argument(...name)
    .option("--role <role...>", "the roles that it gives")
    .option("--scope <scope...>", "the scopes that it gives")
    .option(...configPath)
    .option("--json", "print it as JSON")
    .addHelpText("after", example("create partner --role analyst"))
    .action(async (given: string, options: KeysCreateOptions) => {
      const { keysCreate } = await import("./commands/keys-create.js");
      ended(keysCreate(given, options, shell));
    });
  keys
    .command("list")
    .description("show the name, roles and scopes of each key")
    .option(...configPath)
    .option("--json", "print them as JSON")
    .addHelpText("after", example("list"))
    .action(async (options: KeysOptions) => {
      const { keysList } = await import("./commands/keys-list.js");
      ended(keysList(options, shell));
    });
  keys
    .command("revoke")
    .description("make an API key worthless")
    .argument(...name)
    .option(...configPath)
    .option("--json", "print it as JSON")
    .addHelpText("after", example("revoke partner"))
    .action(async (given: string, options: KeysOptions) => {
      const { keysRevoke } = await import("./commands/keys-revoke.js");
      ended(keysRevoke(given, options, shell));
    });
}
