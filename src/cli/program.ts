import { Command, CommanderError } from "commander";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { defineCommands } from "./define-commands.js";
import { packageVersion } from "../host/package-version.js";
import { plannedCommands } from "./planned.js";
import { printFailure } from "./print-failure.js";
import { exitCodes, processShell, type ExitCode, type Shell } from "./shell.js";

/** Runs one command line, such as `["check", "--json"]`. Never throws; answers the exit code. */
export async function runCommandLine(
  args: readonly string[],
  shell: Shell = processShell(),
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine;
  try {
    const program = newProgram(shell);
    defineCommands(program, shell, (ended) => (code = ended));
    refuseClearly(program);
    refuseUnknownCommand(program, args);
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodes.fine;
    printFailure(error, shell);
    return isWrongUsage(error) ? exitCodes.wrongUsage : exitCodes.failed;
  }
}

function newProgram(shell: Shell): Command {
  const program = new Command("orchestrator-api");
  program
    .description("YAML in, an HTTP API out.")
    .version(packageVersion(), "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => shell.result(text.trimEnd()),
      writeErr: (text) => shell.remark(text.trimEnd()),
      outputError: () => undefined,
    });
  return program;
}

/** The bare command is `run`, so a misspelt command would look like one argument too many of it. */
function refuseUnknownCommand(program: Command, args: readonly string[]): void {
  let command = program;
  for (const [index, name] of args.entries()) {
    if (name.startsWith("-") || command.commands.length === 0 || name === "help") return;
    const full = args.slice(0, index + 1).join(" ");
    if (plannedCommands.includes(full)) throw failure("COMMAND_NOT_BUILT", { what: full });
    const next = command.commands.find((each) => [each.name(), ...each.aliases()].includes(name));
    if (next === undefined) throw failure("COMMAND_UNKNOWN", { name: full, known: commandsOf(command) });
    command = next;
  }
}

function commandsOf(command: Command): readonly string[] {
  const words = command.parent === null ? [] : fullName(command).split(" ").slice(1);
  const names = command.commands.flatMap((each) => [each.name(), ...each.aliases()]);
  return [...names, "help"].map((name) => [...words, name].join(" "));
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function refuseClearly(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : asProblem(error, command);
  });
  for (const each of command.commands) refuseClearly(each);
}

function asProblem(error: CommanderError, command: Command): OrchestratorError {
  const full = fullName(command);
  const quoted = /'([^']+)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") {
    const known = [...command.options.map((option) => option.long ?? option.flags), "--help"];
    return failure("COMMAND_OPTION_UNKNOWN", { name: quoted, command: full, known });
  }
  if (error.code === "commander.help") {
    const names = command.commands.map((each) => each.name()).join(", ");
    return failure("COMMAND_USAGE", { reason: `"${full}" needs a command: ${names}.`, command: full });
  }
  const words = error.message.replace(/^error: /, "").replaceAll("'", '"');
  const reason = `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.replace(/\.\.$/, ".");
  return failure("COMMAND_USAGE", { reason, command: full });
}

const usageCodes = new Set([
  "COMMAND_UNKNOWN",
  "COMMAND_OPTION_UNKNOWN",
  "COMMAND_NOT_BUILT",
  "COMMAND_USAGE",
  "TEMPLATE_UNKNOWN",
  "TEMPLATE_WITHOUT_ENVIRONMENTS",
  "ENDPOINT_UNKNOWN",
  "ENDPOINT_PARAMETER_UNKNOWN",
  "API_KEY_TAKEN",
  "API_KEY_UNKNOWN",
]);

function isWrongUsage(error: unknown): boolean {
  return error instanceof OrchestratorError && usageCodes.has(error.code);
}
