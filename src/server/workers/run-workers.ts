import cluster from "node:cluster";
import { createServer, type AddressInfo } from "node:net";
import { namesFromFiles, rereadEnv } from "../../host/load-env.js";
import { nodeHost } from "../../host/node-host.js";
import { loadProject, type LoadedProject } from "../../service.js";
import { KeptServers } from "../../opening/kept-servers.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { startAdmin } from "../admin/start-admin.js";
import type { App } from "../assemble-app.js";
import { listenFailure } from "../listening/listen-failure.js";
import { RequestCounts } from "../limits/request-counts.js";
import type { RunOptions } from "../run-server.js";
import { obeySignals, type RunningServer } from "../obey-signals.js";
import { logProblems, serviceLog, sourceLog } from "../service-log.js";
import { tokenIn } from "../token-in.js";
import { watchConfiguration } from "../generations/watch-configuration.js";
import { closeUntaken } from "./close-untaken.js";
import { countForWorker } from "./count-for-worker.js";
import { GroupOperations } from "./group-operations.js";
import { portVariable, workerVariable } from "./messages.js";
import { ServersForWorkers } from "./servers-for-workers.js";
import { WorkerGroup } from "./worker-group.js";
import { WorkerProcess } from "./worker-process.js";

/** What a worker may take to end beyond `server.shutdown_timeout`. */
const endingMs = 3_000;

/**
 * Runs a project in several processes behind one port. This one answers no request: it keeps the workers alive, and the
 * servers that their sources need, counts for their limits, owns the admin listener and the signals, and lets all of them
 * reload as one. Each worker runs the script of this process again, up to the same call.
 */
export async function runWorkers(
  options: RunOptions,
  first: LoadedProject,
  count: number,
): Promise<RunningServer> {
  const { configPath, workingFolder, sources } = options;
  let loaded = first;
  const configOf = () => {
    const { config, problems } = loaded;
    if (config !== undefined) return config;
    throw new OrchestratorError(
      problems.find(({ severity }) => severity === "error")!,
      undefined,
      problems,
    );
  };
  const config = configOf();
  const log = serviceLog({ level: options.logLevel, logger: options.logger });
  const applyLogging = () => log.apply(configOf().logging, loaded.secrets, process.env["LOG_LEVEL"]);
  await applyLogging();
  const { logger } = log;
  logProblems(loaded.problems, logger);
  const port = (options.port ?? config.server.port) || (await freePort(options.host ?? config.server.host));
  cluster.setupPrimary({ serialization: "advanced" });
  const counts = new RequestCounts();
  let isStopping = false;
  const kept = new KeptServers(nodeHost().clock);
  const servers = new ServersForWorkers(kept, sourceLog(logger));
  const group = new WorkerGroup({
    count,
    logger,
    fork: (number) => {
      const worker = cluster.fork(environmentOf(number, port));
      closeUntaken(worker);
      const process = new WorkerProcess(worker);
      servers.serve(worker, number, process);
      countForWorker(worker, counts);
      return process;
    },
    // The files may have changed since the others read them.
    onReplaced: () => operations.agree(),
  });
  const operations = new GroupOperations({
    group,
    logger,
    isStopping: () => isStopping,
    onReloaded: () => {
      const reread = rereadEnv();
      reread.apply();
      const again = loadProject({ configPath, workingFolder, sources, host: nodeHost(reread.environment) });
      if (again.config !== undefined) loaded = again;
      void applyLogging();
    },
  });
  const companions: { close(): Promise<void> }[] = [];
  const app = groupApp(operations, configOf, async () => {
    isStopping = true;
    await Promise.all(companions.map((each) => each.close()));
    const isAnswered = await group.stop(configOf().server.shutdownTimeoutMs + endingMs);
    await kept.close();
    return isAnswered;
  });
  const signals = obeySignals(app, logger);
  try {
    const url = await group.start();
    const adminUrl = await openAdmin();
    if (options.reload === true) {
      const reload = () => operations.reload();
      companions.push(await watchConfiguration({ loaded: () => loaded, reload, logger }));
    }
    const { name, reason } = config.environment;
    const facts = { url, admin: adminUrl, environment: name, workers: count };
    logger.info(facts, `${count} workers listen at ${url}, environment "${name}": ${reason}`);
    return signals.serving({ url, adminUrl });
  } catch (error) {
    return signals.failed(error);
  }

  async function openAdmin(): Promise<string | undefined> {
    const { admin, projectFolder } = config;
    if (admin === false || options.admin === false) return undefined;
    const configuredToken = () => tokenIn(configOf());
    const context = { operations, isStopping: () => isStopping, projectFolder, configuredToken };
    const running = await startAdmin(admin, context, logger);
    companions.push(running);
    return running.url;
  }
}

/** What `.env` gave to this process is not handed on, so that each worker reads it, and reads it again. */
function environmentOf(number: number, port: number): Record<string, string | undefined> {
  const unset = namesFromFiles().map((name) => [name, undefined] as const);
  return { ...Object.fromEntries(unset), [workerVariable]: String(number), [portVariable]: String(port) };
}

/** Each worker that takes the place of one that ended has to listen at the same port, also where any one will do. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => reject(listenFailure(error, host, 0)));
    server.listen({ host, port: 0 }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function groupApp(
  operations: GroupOperations,
  config: () => App["config"],
  close: () => Promise<boolean>,
): App {
  const elsewhere = () =>
    Promise.reject(
      new Error("With several workers this process answers no requests: send them to the port."),
    );
  let closed: Promise<boolean> | undefined;
  return {
    get config() {
      return config();
    },
    inject: elsewhere,
    call: elsewhere,
    listen: elsewhere,
    reload: () => operations.reload(),
    close: () => (closed ??= close()),
  };
}
