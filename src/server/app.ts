import type { ServerKeeper } from "../contracts/server-keeper.js";
import type { SourceType } from "../contracts/source.js";
import type { Logger } from "../observe/logger.js";
import { assembleApp, type App, type AppParts } from "./assemble-app.js";
import type { Plugin } from "./build-server.js";
import { GenerationFactory } from "./generations/generation-factory.js";
import { Generations } from "./generations/generations.js";
import type { RequestCounter } from "./limits/request-counts.js";
import { Listener } from "./listening/listener.js";
import { Reloader } from "./generations/reloader.js";
import { LocalOperations } from "./local-operations.js";
import type { LoadedProject } from "../service.js";
import type { ServiceOperations } from "./service-operations.js";
import { serviceLog } from "./service-log.js";

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

/**
 * Reads and checks a project, and opens its sources; nothing listens yet. Reads no `.env`.
 * Rejects with an OrchestratorError whose `problems` holds every problem of the configuration.
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  return (await openApp(options)).app;
}

export interface OpenAppOptions {
  /** Whether there will be somebody to tell what is counted. */
  readonly isMetered?: boolean | undefined;
  /** The project, where it has been read already. */
  readonly loaded?: LoadedProject | undefined;
  /** Where requests are counted for limits; by default in this process. */
  readonly counter?: RequestCounter | undefined;
  /** The number of the worker that this process is. */
  readonly worker?: number | undefined;
  /** Keeps the servers running that sources need; by default in this process. */
  readonly keeper?: ServerKeeper | undefined;
}

/** An app with the parts that it is made of. */
export interface OpenedApp extends AppParts {
  readonly app: App;
  readonly logger: Logger;
  readonly operations: ServiceOperations;
}

/** As `createApp`. */
export async function openApp(options: AppOptions, more: OpenAppOptions = {}): Promise<OpenedApp> {
  const { configPath, workingFolder, sources, plugins, mock: isMocked } = options;
  const log = serviceLog({ level: options.logLevel, logger: options.logger, worker: more.worker });
  const { logger } = log;
  const listener = new Listener({ logger });
  const isStopping = () => listener.isStopping;
  const isQuiet = more.worker !== undefined;
  const reading = { configPath, workingFolder, sources };
  const factory = new GenerationFactory({ ...reading, plugins, log, isStopping, isMocked, isQuiet, ...more });
  const first = await factory.first();
  const { metrics, loop } = factory;
  const generations = new Generations(first, { listener, logger, loop, metrics });
  metrics?.watch(generations, () => factory.cache);
  const onResult = (result: string) => metrics?.reloaded(result);
  const reloader = new Reloader({ factory, generations, logger, onResult });
  const parts: AppParts = {
    listener,
    generations,
    reloader,
    companions: [{ close: async () => loop.stop() }],
  };
  const operations = new LocalOperations({ generations, reloader, metrics, isStopping });
  return { ...parts, logger, operations, app: assembleApp(parts) };
}
