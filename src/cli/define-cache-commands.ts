import type { Command } from "commander";
import type { ExitCode, Shell } from "./shell.js";

export interface CachePurgeOptions {
  readonly tag?: readonly string[];
  readonly configPath?: string;
  readonly adminUrl?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** Puts the group `cache` on the program. */
export function defineCacheCommands(program: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  program
    .command("cache")
    .description("look after the values that the running service keeps")
    .addHelpText("after", "\nExample:\n  orchestrator-api cache purge --tag customers")
    .command("purge")
    .description("drop kept values: those with one of the tags, else all")
    .option("--tag <tag...>", "the tags (default: everything)")
    .option("--config-path <folder>", "the folder of the configuration (default: config)")
    .option("--admin-url <url>", "where the service listens for this (default: admin.host and admin.port)")
    .option("--token-file <file>", "the file with its token (default: admin.token, else data/admin.token)")
    .option("--json", "print what came of it as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api cache purge --tag customers")
    .action(async (options: CachePurgeOptions) => {
      const { cachePurge } = await import("./commands/cache-purge.js");
      ended(await cachePurge(options, shell));
    });
}
