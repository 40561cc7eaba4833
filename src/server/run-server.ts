import type { ServiceConfig } from "../config/model.js";
import { startAdmin } from "./admin/start-admin.js";
import { openApp, type AppOptions, type OpenedApp } from "./app.js";
import { restartKeys } from "./restart-keys.js";
import { runUntilSignal, type RunningServer } from "./run-until-signal.js";
import { watchConfiguration } from "./watch-configuration.js";

export interface RunOptions extends Omit<AppOptions, "logger"> {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
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
  const { host, port } = options;
  const opened = await openApp(options, options.admin !== false);
  const { app, logger, generations, reloader, companions } = opened;
  try {
    const { config } = app;
    const url = await app.listen({ host, port });
    const deciding = { host: host === undefined, port: port === undefined, admin: options.admin !== false };
    reloader.compareWith(restartKeys(config, deciding));
    const adminUrl = options.admin === false ? undefined : await openAdmin(opened);
    if (options.reload === true) {
      const loaded = () => generations.current.loaded;
      const reload = () => reloader.reload();
      companions.push(await watchConfiguration({ loaded, reload, logger }));
    }
    const { name, reason } = config.environment;
    const facts = { url, admin: adminUrl, environment: name };
    logger.info(facts, `Listening at ${url}, environment "${name}": ${reason}`);
    return runUntilSignal({ app, url, adminUrl, logger });
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function openAdmin({
  app,
  operations,
  listener,
  companions,
  logger,
}: OpenedApp): Promise<string | undefined> {
  const { admin, projectFolder } = app.config;
  if (admin === false) return undefined;
  const isStopping = () => listener.isStopping;
  const configuredToken = () => tokenIn(app.config);
  const context = { operations, isStopping, projectFolder, configuredToken };
  const running = await startAdmin(admin, context, logger);
  companions.push(running);
  return running.url;
}

/** The token of the admin listener, where the configuration says one. */
export function tokenIn({ admin }: ServiceConfig): string | undefined {
  return admin === false ? undefined : admin.token?.reveal();
}
