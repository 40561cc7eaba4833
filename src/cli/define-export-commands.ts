import type { Command } from "commander";
import type { ExitCode, Shell } from "./shell.js";

export interface ExportOptions {
  readonly configPath?: string;
  readonly output?: string;
}

export interface ExportSchemaOptions {
  readonly output?: string;
}

const configPath = ["--config-path <folder>", "the folder of the configuration (default: config)"] as const;

/** Puts `export` and its commands on the program. */
export function defineExportCommands(program: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  const group = program
    .command("export")
    .description("describe the API or the configuration files for other tools")
    .addHelpText("after", "\nExample:\n  orchestrator-api export openapi --output openapi.json");
  defineOpenapi(group, async (options) => {
    const { exportOpenapi } = await import("./commands/export-openapi.js");
    ended(exportOpenapi(options, shell));
  });
  definePostman(group, async (options) => {
    const { exportPostman } = await import("./commands/export-postman.js");
    ended(exportPostman(options, shell));
  });
  defineSchema(group, async (kind, options) => {
    const { exportSchema } = await import("./commands/export-schema.js");
    ended(exportSchema(kind, options, shell));
  });
}

type Action<Args extends unknown[]> = (...args: Args) => Promise<void>;

function defineOpenapi(group: Command, action: Action<[ExportOptions]>): void {
  group
    .command("openapi")
    .description("print the API as an OpenAPI 3.1 document")
    .option(...configPath)
    .option("--output <file>", "write it to this file")
    .addHelpText("after", "\nExample:\n  orchestrator-api export openapi --output openapi.json")
    .action(action);
}

function definePostman(group: Command, action: Action<[ExportOptions]>): void {
  group
    .command("postman")
    .description("print the API as a Postman collection with tests")
    .option(...configPath)
    .option("--output <folder>", "write it to this folder, with a Postman environment for each environment")
    .addHelpText("after", "\nExample:\n  orchestrator-api export postman --output tests/postman")
    .action(action);
}

function defineSchema(group: Command, action: Action<[string | undefined, ExportSchemaOptions]>): void {
  group
    .command("schema")
    .description("print the JSON Schemas of the configuration files, for editors")
    .argument("[kind]", "one kind of file alone, such as config, domain or database")
    .option("--output <folder>", "write a file for each kind to this folder")
    .addHelpText("after", "\nExample:\n  orchestrator-api export schema domain")
    .action(action);
}
