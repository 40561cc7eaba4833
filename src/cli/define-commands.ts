import type { Command } from "commander";
import { defineCacheCommands } from "./define-cache-commands.js";
import { defineConfigCommands } from "./define-config-commands.js";
import { defineExportCommands } from "./define-export-commands.js";
import { defineKeyCommands } from "./define-key-commands.js";
import type { ExitCode, Shell } from "./shell.js";

/** Puts every command on the program. A command's code is loaded when it is used, so that `--help` is quick. */
export function defineCommands(program: Command, shell: Shell, ended: (code: ExitCode) => void): void {
  defineInit(program, async (folder, options) => {
    const { init } = await import("./commands/init.js");
    ended(init(folder, options, shell));
  });
  defineRun(program, async (options) => {
    const { run } = await import("./commands/run.js");
    ended(await run(options, shell));
  });
  defineCheck(program, async (options) => {
    const { check } = await import("./commands/check.js");
    ended(await check(options, shell));
  });
  defineList(program, async (options) => {
    const { list } = await import("./commands/list.js");
    ended(list(options, shell));
  });
  defineExplain(program, async (endpoint, options) => {
    const { explain } = await import("./commands/explain.js");
    ended(explain(endpoint, options, shell));
  });
  defineCall(program, async (endpoint, options) => {
    const { call } = await import("./commands/call.js");
    ended(await call(endpoint, options, shell));
  });
  defineImport(
    program,
    async (file, options) => {
      const { importOpenapi } = await import("./commands/import-openapi.js");
      ended(importOpenapi(file, options, shell));
    },
    async (source, options) => {
      const { importDatabase } = await import("./commands/import-database.js");
      ended(await importDatabase(source, options, shell));
    },
  );
  defineConfigCommands(program, shell, ended);
  defineCacheCommands(program, shell, ended);
  defineKeyCommands(program, shell, ended);
  defineExportCommands(program, shell, ended);
  defineDoctor(program, async (options) => {
    const { doctor } = await import("./commands/doctor.js");
    ended(await doctor(options, shell));
  });
  defineVersion(program, async (options) => {
    const { version } = await import("./commands/version.js");
    ended(version(options, shell));
  });
  program.addHelpText("after", "\nExample:\n  orchestrator-api init shop && cd shop && orchestrator-api run");
}

type Action<Args extends unknown[]> = (...args: Args) => Promise<void>;
const configPath = ["--config-path <folder>", "the folder of the configuration (default: config)"] as const;

function defineInit(program: Command, action: Action<[string, InitOptions]>): void {
  program
    .command("init")
    .description("make a new project")
    .argument("[dir]", "its folder", ".")
    .option("--template <name>", "minimal, full (the tree of a production project) or demo", "minimal")
    .option("--environments", "of full: with config/base, development, staging and production")
    .option("--force", "overwrite files that exist; without it they are skipped")
    .option("--dry-run", "list what would be made, and make nothing")
    .addHelpText("after", "\nExample:\n  orchestrator-api init shop --template full --environments")
    .action(action);
}

export interface InitOptions {
  readonly template: string;
  readonly environments?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

function defineRun(program: Command, action: Action<[RunOptions]>): void {
  program
    .command("run", { isDefault: true })
    .description("start the service (also what the bare command does)")
    .option("--host <address>", "where to listen (default: server.host)")
    .option("--port <number>", "the port to listen on (default: server.port)")
    .option(...configPath)
    .option("--log-level <level>", "trace, debug, info, warn, error or silent")
    .option("--reload", "watch the configuration, and swap it when it changes")
    .option("--workers <number>", "processes that share the port (default: server.workers)")
    .option("--mock", "answer from the mocks and schemas of API operations; no API is called")
    .addHelpText("after", "\nExample:\n  orchestrator-api run --port 9000 --log-level debug")
    .action(action);
}

export interface RunOptions {
  readonly host?: string;
  readonly port?: string;
  readonly configPath?: string;
  readonly logLevel?: string;
  readonly reload?: boolean;
  readonly workers?: string;
  readonly mock?: boolean;
}

function defineCheck(program: Command, action: Action<[CheckOptions]>): void {
  program
    .command("check")
    .alias("validate")
    .description("report every problem of the configuration")
    .option(...configPath)
    .option("--unset-ok", "variables without a value are warnings, not errors")
    .option("--env-file <file>", "read variables from this file instead of .env")
    .option("--json", "print the problems as JSON")
    .option("--live", "also ask databases, feature stores and model servers")
    .addHelpText("after", "\nExample:\n  orchestrator-api check --env-file .env.example")
    .action(action);
}

export interface CheckOptions {
  readonly configPath?: string;
  readonly unsetOk?: boolean;
  readonly envFile?: string;
  readonly json?: boolean;
  readonly live?: boolean;
}

function defineList(program: Command, action: Action<[ListOptions]>): void {
  program
    .command("list")
    .description("show domains, endpoints, routes and sources")
    .option(...configPath)
    .option("--json", "print them as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api list")
    .action(action);
}

export interface ListOptions {
  readonly configPath?: string;
  readonly json?: boolean;
}

function defineExplain(program: Command, action: Action<[string, ExplainOptions]>): void {
  program
    .command("explain")
    .description("show what an endpoint does, and in which order")
    .argument("<domain.endpoint>", "the endpoint, such as customers.get_profile")
    .option(...configPath)
    .option("--mermaid", "print a diagram for Mermaid")
    .option("--json", "print the plan as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api explain example.hello")
    .action(action);
}

export interface ExplainOptions {
  readonly configPath?: string;
  readonly mermaid?: boolean;
  readonly json?: boolean;
}

function defineCall(program: Command, action: Action<[string, CallOptions]>): void {
  program
    .command("call")
    .description("run one endpoint here, without a server, and show how long each step took")
    .argument("<domain.endpoint>", "the endpoint, such as customers.get_profile")
    .option(...configPath)
    .option("-p, --param <name=value>", "a path or query parameter or a header; may be repeated", collect, [])
    .option("--body <json|@file>", "the body, as JSON or as a file of JSON")
    .option("--trace", "show the parameters and the value of each step")
    .option("--json", "print the reply and its steps as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api call example.hello --param name=Ada")
    .action(action);
}

export interface CallOptions {
  readonly configPath?: string;
  readonly param: readonly string[];
  readonly body?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

function defineImport(
  program: Command,
  openapi: Action<[string, ImportOpenapiOptions]>,
  database: Action<[string, ImportDatabaseOptions]>,
): void {
  const group = program.command("import").description("make configuration of what is there already");
  group
    .command("openapi")
    .description("add an API source with all operations of an OpenAPI document, 3.0 or 3.1")
    .argument("<file>", "the document, in JSON or YAML")
    .option("--source <name>", "the name of the source (default: the document's title)")
    .option("--output <file>", "where to write it; - prints it (default: integrations/api_sources.yaml)")
    .option(...configPath)
    .addHelpText("after", "\nExample:\n  orchestrator-api import openapi petstore.yaml --source pets")
    .action(openapi);
  group
    .command("database")
    .description("write a domain for each table of a database source: list, get, create, update, delete")
    .argument("<source>", "the source, as database.yaml names it")
    .option("--tables <names>", "only these, separated by commas")
    .option(...configPath)
    .addHelpText("after", "\nExample:\n  orchestrator-api import database default --tables customers,orders")
    .action(database);
}

export interface ImportDatabaseOptions {
  readonly configPath?: string;
  readonly tables?: string;
}

export interface ImportOpenapiOptions {
  readonly source?: string;
  readonly output?: string;
  readonly configPath?: string;
}

function defineDoctor(program: Command, action: Action<[DoctorOptions]>): void {
  program
    .command("doctor")
    .description("look at Node.js, packages, files, secrets, ports and sources; each finding has its remedy")
    .option(...configPath)
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api doctor")
    .action(action);
}

export interface DoctorOptions {
  readonly configPath?: string;
  readonly json?: boolean;
}

function defineVersion(program: Command, action: Action<[VersionOptions]>): void {
  program
    .command("version")
    .description("show the version")
    .option("--json", "print it with those of Node.js and the platform, as JSON")
    .addHelpText("after", "\nExample:\n  orchestrator-api version --json")
    .action(action);
}

export interface VersionOptions {
  readonly json?: boolean;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
