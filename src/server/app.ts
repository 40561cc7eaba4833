import type { SourceType } from "../contracts/source.js";
import { chooseLogLevel, createLogger, type Logger } from "../observe/logger.js";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import type { Problem } from "../problems/problem.js";
import { loadProject, openService } from "../service.js";
import { assembleApp, type App } from "./assemble-app.js";
import type { Plugin } from "./build-server.js";
import { runUntilSignal, type RunningServer } from "./run-until-signal.js";

export interface AppOptions {
  /** The configuration folder. Without one: `ORCHESTRATOR_CONFIG_PATH`, `CONFIG_PATH`, `./config`. */
  readonly configPath?: string | undefined;
  /** Relative paths begin here; by default the working directory. */
  readonly workingFolder?: string | undefined;
  /** Fastify plug-ins, for routes and hooks beside the configured endpoints. */
  readonly plugins?: readonly Plugin[] | undefined;
  /** Source types beside the built-in ones, made with `defineSource`. */
  readonly sources?: readonly SourceType[] | undefined;
  /** A pino logger in place of the one that `logging` describes. */
  readonly logger?: Logger | undefined;
  /** API operations answer from their `mock`, else from their `schema`; nothing is sent to an API. */
  readonly mock?: boolean | undefined;
  /** Wins over `LOG_LEVEL` and `logging.level`. */
  readonly logLevel?: string | undefined;
}

export interface RunOptions extends Omit<AppOptions, "logger"> {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly reload?: boolean | undefined;
}

/**
 * Reads and checks a project, and opens its sources; nothing listens yet. Reads no `.env`.
 * Rejects with an OrchestratorError whose `problems` holds every problem of the configuration.
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const { app } = await open(options);
  return app;
}

/**
 * Creates an app, listens, and shuts down at SIGTERM or SIGINT. Rejects as `createApp` and `listen` do, and with
 * OPTION_NOT_BUILT for `reload`.
 */
export async function runServer(options: RunOptions = {}): Promise<RunningServer> {
  const { host, port, reload } = options;
  if (reload === true) throw failure("OPTION_NOT_BUILT", { option: "reload" });
  const { app, logger } = await open(options);
  try {
    const url = await app.listen({ host, port });
    const { name, reason } = app.config.environment;
    logger.info({ url, environment: name }, `Listening at ${url}, environment "${name}": ${reason}`);
    return runUntilSignal(app, url, logger);
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function open(options: AppOptions): Promise<{ readonly app: App; readonly logger: Logger }> {
  const { configPath, workingFolder, sources, plugins } = options;
  const loaded = loadProject({
    ...(configPath !== undefined && { configPath }),
    ...(workingFolder !== undefined && { workingFolder }),
    ...(sources !== undefined && { sources }),
  });
  const { config, problems } = loaded;
  if (config === undefined || problems.some(isError)) throw refusal(problems);
  const level = chooseLogLevel(options.logLevel, process.env["LOG_LEVEL"], config.logging.level);
  const logger = options.logger ?? (await createLogger({ level, format: config.logging.format }));
  for (const each of problems) logRemark(each, logger);
  if (options.mock === true) logger.warn("The service runs with mocks: no API is called.");
  const service = await openService(loaded, {
    isMocked: options.mock,
    log: (severity, message, facts) => logger[severity](facts ?? {}, message),
  });
  return { app: await assembleApp(service, { logger, plugins }), logger };
}

function logRemark({ severity, code, message, hint, location }: Problem, logger: Logger): void {
  const facts = { code, hint, location };
  if (severity === "note") logger.debug(facts, message);
  else logger.warn(facts, message);
}

function refusal(problems: readonly Problem[]): OrchestratorError {
  const first = problems.find(isError);
  return first === undefined ? failure("INTERNAL", {}) : new OrchestratorError(first, undefined, problems);
}

const isError = (problem: Problem) => problem.severity === "error";
