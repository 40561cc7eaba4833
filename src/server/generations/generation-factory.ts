import type { ServerKeeper } from "../../contracts/server-keeper.js";
import type { SourceType } from "../../contracts/source.js";
import type { Host } from "../../contracts/host.js";
import { rereadEnv, type RereadEnvironment } from "../../host/load-env.js";
import { nodeHost } from "../../host/node-host.js";
import { EventLoopWatch } from "../../observe/event-loop-watch.js";
import { KeptServers } from "../../opening/kept-servers.js";
import { MemoryCache } from "../../opening/memory-cache.js";
import { SourcePool } from "../../opening/source-pool.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { loadProject, openService, type LoadedProject } from "../../service.js";
import { SharedTokens } from "../auth/shared-tokens.js";
import { buildServer, type Plugin } from "../build-server.js";
import type { NextGeneration } from "./reloader.js";
import { Generation } from "./generation.js";
import { ServiceTracer } from "../service-tracer.js";
import { ServiceMetrics } from "../service-metrics.js";
import { HangUps } from "../exchanges/hang-ups.js";
import { RequestCounts, type RequestCounter } from "../limits/request-counts.js";
import { logProblems, sourceLog, type ServiceLog } from "../service-log.js";

export interface FactoryOptions {
  readonly configPath?: string | undefined;
  readonly workingFolder?: string | undefined;
  readonly sources?: readonly SourceType[] | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  readonly isMocked?: boolean | undefined;
  /** The project, where it has been read already. */
  readonly loaded?: LoadedProject | undefined;
  /** Another process has told already what there is to tell of the project. */
  readonly isQuiet?: boolean | undefined;
  readonly log: ServiceLog;
  readonly isStopping: () => boolean;
  /** Whether there will be a listener that tells what is counted, where the configuration has one. */
  readonly isMetered?: boolean | undefined;
  /** Keeps the servers running that sources need; by default in this process. */
  readonly keeper?: ServerKeeper | undefined;
  /** Where requests are counted for limits; by default in this process. */
  readonly counter?: RequestCounter | undefined;
}

/** Makes generations from what the files say at the moment. The sources that did not change go from one to the next. */
export class GenerationFactory {
  readonly pool = new SourcePool();
  readonly loop = new EventLoopWatch();
  cache: MemoryCache | undefined;
  /** From `first` on, where anything is counted. */
  metrics: ServiceMetrics | undefined;
  private readonly options: FactoryOptions;
  private readonly hangUps = new HangUps();
  private readonly tokens = new SharedTokens();
  private readonly keeper: ServerKeeper;
  private readonly counter: RequestCounter;
  private secrets: ReadonlySet<string> = new Set();

  constructor(options: FactoryOptions) {
    this.options = options;
    this.keeper = options.keeper ?? new KeptServers(nodeHost().clock);
    this.counter = options.counter ?? new RequestCounts();
  }

  /** Rejects with an OrchestratorError that has all problems of the configuration, or with what a plug-in throws. */
  async first(): Promise<Generation> {
    const loaded = this.options.loaded ?? this.load(process.env);
    if (loaded.config === undefined) throw refusal(loaded);
    await this.applyLogging(loaded, process.env);
    const { isMocked, isMetered, isQuiet, log } = this.options;
    if (isMetered === true && loaded.config!.admin !== false) this.metrics = new ServiceMetrics(this.loop);
    if (isQuiet === true) return this.build(1, loaded);
    logProblems(loaded.problems, log.logger);
    if (isMocked === true) log.logger.warn("The service runs with mocks: no API is called.");
    return this.build(1, loaded);
  }

  /**
   * The one that follows; `undefined` where nothing has changed. `.env` is read again, and its new values hold when
   * the new configuration is accepted. Rejects as `first`; everything is as it was then.
   */
  async next(before: Generation): Promise<NextGeneration | undefined> {
    await requestsFirst();
    const reread = rereadEnv();
    const loaded = this.load(reread.environment);
    await requestsFirst();
    await this.applyLogging(loaded, reread.environment);
    if (this.isSame(loaded, before, reread)) return undefined;
    try {
      const generation = await this.build(before.number + 1, loaded, reread);
      const discard = async () => {
        await this.applyLogging(before.loaded, process.env);
        await generation.close();
      };
      return { generation, accept: () => reread.apply(), discard };
    } catch (error) {
      await this.applyLogging(before.loaded, process.env);
      throw error;
    }
  }

  private load(environment: Environment): LoadedProject {
    const { configPath, workingFolder, sources } = this.options;
    const host = nodeHost(environment);
    const loaded = loadProject({ configPath, workingFolder, sources, host });
    if (loaded.config === undefined) throw refusal(loaded);
    return loaded;
  }

  private isSame(loaded: LoadedProject, before: Generation, { environment }: RereadEnvironment): boolean {
    const isRecorded = loaded.record.fingerprint === before.loaded.record.fingerprint;
    const isLevel = environment["LOG_LEVEL"] === process.env["LOG_LEVEL"];
    return isRecorded && isLevel && this.pool.isFresh(loaded.config!, nodeHost().files);
  }

  /** Secrets stay hidden when they change: what they opened may still be at work, and say so. */
  private async applyLogging({ config, secrets }: LoadedProject, environment: Environment): Promise<void> {
    this.secrets = new Set([...secrets, ...[...this.secrets].slice(0, mostOldSecrets)]);
    await this.options.log.apply(config!.logging, this.secrets, environment["LOG_LEVEL"]);
  }

  /** Kept values go from one generation to the next: their keys know what they are values of. */
  private cacheOf({ config }: LoadedProject, { clock }: Host): MemoryCache {
    const { maxBytes } = config!.cache;
    if (this.cache?.maxBytes !== maxBytes) this.cache = new MemoryCache(maxBytes, clock);
    return this.cache;
  }

  private async build(
    number: number,
    loaded: LoadedProject,
    reread?: RereadEnvironment,
  ): Promise<Generation> {
    const { log, plugins, isStopping, isMocked } = this.options;
    const { logger } = log;
    const host = nodeHost(reread?.environment);
    const { pool, metrics, keeper } = this;
    const { meter } = metrics ?? {};
    const cache = this.cacheOf(loaded, host);
    const shared = { pool, cache, keeper, meter };
    const service = await openService(loaded, { host, isMocked, log: sourceLog(logger), ...shared });
    try {
      const { hangUps, counter } = this;
      const tokens = await this.tokens.for(service.config.auth.jwt);
      const { config, endpoints } = service;
      const tracer =
        config.tracing && new ServiceTracer(config.tracing, config, endpoints, { logger, metrics });
      const server = await buildServer(service, {
        logger,
        plugins,
        isStopping,
        hangUps,
        metrics,
        tokens,
        counter,
        tracer,
      });
      return new Generation({ number, loaded, service, server, tracer });
    } catch (error) {
      await service.close();
      throw error;
    }
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How many values are hidden beside those of the configuration that serves. */
const mostOldSecrets = 100;

/** Reading and building keep the event loop busy for some milliseconds each: what came meanwhile is served between. */
const requestsFirst = () => new Promise<void>((resolve) => setImmediate(resolve));

function refusal({ problems }: LoadedProject): OrchestratorError {
  const first = problems.find(({ severity }) => severity === "error");
  return first === undefined ? failure("INTERNAL", {}) : new OrchestratorError(first, undefined, problems);
}
