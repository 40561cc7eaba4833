import type { Command } from "commander";
import { defineConfigReload } from "./define-config-reload.js";
import type { ExitCode, Shell } from "./shell.js";

export interface ConfigShowOptions {
  readonly configPath?: string;
  readonly environment?: string;
  readonly json?: boolean;
}

export interface ConfigBackupOptions {
  readonly configPath?: string;
  readonly json?: boolean;
}

export interface ConfigLockOptions {
  readonly configPath?: string;
}

export interface ConfigUpgradeOptions {
  readonly configPath?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface ConfigRestoreOptions {
  readonly configPath?: string;
  readonly force?: boolean;
}

const configPath = ["--config-path <folder>", "the folder of the configuration (default: config)"] as const;

/** Puts `config` and its commands on the program. */
export function defineConfigCommands(program: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  const config = program
    .command("config")
    .description("look at the configuration, keep it, bring it back, reload it")
    .addHelpText("after", "\nExample:\n  orchestrator-api config show --environment production");
  defineShow(config, async (options) => {
    const { configShow } = await import("./commands/config-show.js");
    ended(configShow(options, shell));
  });
  defineBackup(config, async (options) => {
    const { configBackup } = await import("./commands/config-backup.js");
    ended(configBackup(options, shell));
  });
  defineRestore(config, async (file, options) => {
    const { configRestore } = await import("./commands/config-restore.js");
    ended(await configRestore(file, options, shell));
  });
  defineConfigReload(config, shell, ended);
  defineLock(config, async (options) => {
    const { configLock } = await import("./commands/config-lock.js");
    ended(await configLock(options, shell));
  });
  defineUpgrade(config, async (options) => {
    const { configUpgrade } = await import("./commands/config-upgrade.js");
    ended(configUpgrade(options, shell));
  });
}

function defineUpgrade(config: Command, action: (options: ConfigUpgradeOptions) => Promise<void>): void {
  config
    .command("upgrade")
    .description("rewrite old spellings, and nothing else")
    .option(...configPath)
    .option("--dry-run", "print what would be rewritten")
    .option("--json", "print the places as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api config upgrade --dry-run")
    .action(action);
}

type Action<Args extends unknown[]> = (...args: Args) => Promise<void>;

function defineShow(config: Command, action: Action<[ConfigShowOptions]>): void {
  config
    .command("show")
    .description("print the merged configuration: where each value came from, secrets masked")
    .option(...configPath)
    .option("--environment <name>", "the environment to lay over base, in place of ENVIRONMENT")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api config show --environment production")
    .action(action);
}

function defineLock(config: Command, action: Action<[ConfigLockOptions]>): void {
  config
    .command("lock")
    .description(
      "ask what each query answers with and what each model takes, and write it to config.lock, to be committed",
    )
    .option(...configPath)
    .addHelpText("after", "\nExample:\n  orchestrator-api config lock")
    .action(action);
}

function defineBackup(config: Command, action: Action<[ConfigBackupOptions]>): void {
  config
    .command("backup")
    .description("write the configuration to backups/config-<UTC time>.tar.gz, without .env and keys")
    .option(...configPath)
    .option("--json", "print what is in it as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api config backup")
    .action(action);
}

function defineRestore(config: Command, action: Action<[string, ConfigRestoreOptions]>): void {
  config
    .command("restore")
    .description("make the configuration what it was in a backup; what is there is backed up first")
    .argument("<file>", "the backup")
    .option(...configPath)
    .option("--force", "ask nobody")
    .addHelpText(
      "after",
      "\nExample:\n  orchestrator-api config restore backups/config-2026-01-31T12-00-00Z.tar.gz",
    )
    .action(action);
}
