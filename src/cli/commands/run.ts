import { resolve } from "node:path";
import { loadEnv } from "../../host/load-env.js";
import { failure } from "../../problems/orchestrator-error.js";
import { runServer } from "../../server/app.js";
import type { RunOptions } from "../define-commands.js";
import { refusePlanned } from "../planned.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Serves until a signal ends it. */
export async function run(options: RunOptions, shell: Shell): Promise<ExitCode> {
  refusePlanned({ ...options }, ["reload", "workers", "mock"]);
  const port = options.port === undefined ? undefined : readPort(options.port);
  const { host, configPath, logLevel } = options;
  loadEnv();
  const server = await runServer({
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(configPath !== undefined && { configPath: resolve(shell.workingFolder, configPath) }),
    ...(logLevel !== undefined && { logLevel }),
  });
  await server.stopped;
  return exitCodes.fine;
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  const reason = `"${text}" is no port: a whole number from 0 to 65535 is expected.`;
  throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api run" });
}
