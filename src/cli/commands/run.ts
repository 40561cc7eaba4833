import { failure } from "../../problems/orchestrator-error.js";
import { runServer } from "../../server/run-server.js";
import type { RunOptions } from "../define-commands.js";
import { placeError } from "../problem-places.js";
import { loadProjectEnvironment } from "../project-environment.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Serves until a signal ends it. */
export async function run(options: RunOptions, shell: Shell): Promise<ExitCode> {
  const port = options.port === undefined ? undefined : readPort(options.port);
  const workers = options.workers === undefined ? undefined : readWorkers(options.workers);
  const { host, configPath, logLevel, mock, reload } = options;
  const { workingFolder } = shell;
  const { projectFolder } = loadProjectEnvironment({ workingFolder, configPath, environment: process.env });
  try {
    const server = await runServer({
      workingFolder,
      configPath,
      host,
      port,
      logLevel,
      mock,
      reload,
      workers,
    });
    await server.stopped;
  } catch (error) {
    throw placeError(error, projectFolder, workingFolder);
  }
  return exitCodes.fine;
}

function readWorkers(text: string): number {
  const workers = Number(text);
  if (/^\d{1,3}$/.test(text) && workers >= 1 && workers <= 256) return workers;
  const reason = `"${text}" is no number of workers: a whole number from 1 to 256 is expected.`;
  throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api run" });
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  const reason = `"${text}" is no port: a whole number from 0 to 65535 is expected.`;
  throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api run" });
}
