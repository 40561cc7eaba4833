import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { loadProject } from "../service.js";
import { startAdmin } from "./admin/start-admin.js";
import { openApp, type AppOptions, type OpenedApp } from "./app.js";
import { collectorFlags } from "./collector-flags.js";
import { restartKeys } from "./generations/restart-keys.js";
import { obeySignals, type RunningServer } from "./obey-signals.js";
import { tokenIn } from "./token-in.js";
import { watchConfiguration } from "./generations/watch-configuration.js";
import { workerNumber } from "./workers/messages.js";
import { runWorkers } from "./workers/run-workers.js";
import { serveWorker } from "./workers/serve-worker.js";

export interface RunOptions extends AppOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /**
   * Processes that share the port; wins over `server.workers`. Each of more than one runs the script of this process
   * again, up to the same call.
   */
  readonly workers?: number | undefined;
  /** Watches the configuration, and reloads it when it changes. SIGHUP and the admin listener reload it always. */
  readonly reload?: boolean | undefined;
  /** `false` leaves the admin listener out, whatever the configuration says. */
  readonly admin?: false | undefined;
}

/**
 * Creates an app, listens, and shuts down at SIGTERM or SIGINT; SIGHUP reloads. Rejects as `createApp` and `listen`
 * do; nothing listens then.
 */
export async function runServer(options: RunOptions = {}): Promise<RunningServer> {
  const flags = collectorFlags(availableParallelism());
  if (flags !== undefined) setFlagsFromString(flags);
  const worker = workerNumber();
  if (worker !== undefined) return serveWorker(options, worker);
  const { configPath, workingFolder, sources } = options;
  const loaded = loadProject({ configPath, workingFolder, sources });
  const workers = options.workers ?? loaded.config?.server.workers ?? 1;
  if (workers > 1) return runWorkers(options, loaded, workers);
  const opened = await openApp(options, { isMetered: options.admin !== false, loaded });
  return serveHere(options, opened);
}

async function serveHere(options: RunOptions, opened: OpenedApp): Promise<RunningServer> {
  const { host, port } = options;
  const { app, logger, generations, reloader, companions } = opened;
  const signals = obeySignals(app, logger);
  try {
    const { config } = app;
    const url = await app.listen({ host, port });
    const deciding = {
      host: host === undefined,
      port: port === undefined,
      workers: options.workers === undefined,
      admin: options.admin !== false,
    };
    reloader.compareWith(restartKeys(config, deciding));
    const adminUrl = options.admin === false ? undefined : await openAdmin(opened);
    if (options.reload === true) {
      const loaded = () => generations.current.loaded;
      companions.push(await watchConfiguration({ loaded, reload: () => reloader.reload(), logger }));
    }
    const { name, reason } = config.environment;
    const facts = { url, admin: adminUrl, environment: name };
    logger.info(facts, `Listening at ${url}, environment "${name}": ${reason}`);
    return signals.serving({ url, adminUrl });
  } catch (error) {
    return signals.failed(error);
  }
}

async function openAdmin(opened: OpenedApp): Promise<string | undefined> {
  const { app, operations, listener, companions, logger } = opened;
  const { admin, projectFolder } = app.config;
  if (admin === false) return undefined;
  const isStopping = () => listener.isStopping;
  const configuredToken = () => tokenIn(app.config);
  const context = { operations, isStopping, projectFolder, configuredToken };
  const running = await startAdmin(admin, context, logger);
  companions.push(running);
  return running.url;
}
