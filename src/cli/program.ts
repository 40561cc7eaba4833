import { Command, CommanderError } from "commander";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { defineCommands } from "./define-commands.js";
import { packageVersion } from "./package-version.js";
import { plannedCommands } from "./planned.js";
import { printFailure } from "./print-failure.js";
import { exitCodes, type ExitCode, type Shell } from "./shell.js";

/** Runs one command line, such as `["check", "--json"]`. Never throws; answers the exit code. */
export async function runCommandLine(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine;
  try {
    const program = newProgram(shell);
    defineCommands(program, shell, (ended) => (code = ended));
    for (const each of withSubcommands(program)) refuseClearly(each);
    refuseUnknownCommand(program, args[0]);
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
function refuseUnknownCommand(program: Command, name: string | undefined): void {
  if (name === undefined || name.startsWith("-")) return;
  if (plannedCommands.includes(name)) throw failure("COMMAND_NOT_BUILT", { what: name });
  const known = [...program.commands.flatMap((each) => [each.name(), ...each.aliases()]), "help"];
  if (!known.includes(name)) throw failure("COMMAND_UNKNOWN", { name, known });
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function refuseClearly(command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : asProblem(error, command);
  });
}

function asProblem(error: CommanderError, command: Command): OrchestratorError {
  const full = command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
  const quoted = /'([^']+)'/.exec(error.message)?.[1] ?? "";
  if (error.code === "commander.unknownOption") {
    const known = [...command.options.map((option) => option.long ?? option.flags), "--help"];
    return failure("COMMAND_OPTION_UNKNOWN", { name: quoted, command: full, known });
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
  "ENDPOINT_UNKNOWN",
  "ENDPOINT_PARAMETER_UNKNOWN",
]);

function isWrongUsage(error: unknown): boolean {
  return error instanceof OrchestratorError && usageCodes.has(error.code);
}
