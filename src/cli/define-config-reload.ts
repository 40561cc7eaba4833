import type { Command } from "commander";
import type { ExitCode, Shell } from "./shell.js";

/** Puts `reload` into the group `config`. */
export function defineConfigReload(config: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  config
    .command("reload")
    .description("tell the running service to read its configuration again")
    .option("--config-path <folder>", "the folder of the configuration (default: config)")
    .option("--admin-url <url>", "where the service listens for this (default: admin.host and admin.port)")
    .option("--token-file <file>", "the file with its token (default: admin.token, else data/admin.token)")
    .option("--json", "print what came of it as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api config reload")
    .action(async (options: ConfigReloadOptions) => {
      const { configReload } = await import("./commands/config-reload.js");
      ended(await configReload(options, shell));
    });
}

export interface ConfigReloadOptions {
  readonly configPath?: string;
  readonly adminUrl?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}
