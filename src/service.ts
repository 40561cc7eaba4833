import { resolve } from "node:path";
import type { LearnedShapes, ProjectContext } from "./config/check/check-context.js";
import { checkProject } from "./config/check/check-project.js";
import type { AdminConfig, ConfiguredSource, ServiceConfig } from "./config/model.js";
import { lockFileName, parseLock } from "./config/lock-file.js";
import { readProject } from "./config/reading/read-project.js";
import { addSecrets } from "./config/reading/secret-values.js";
import type { CacheStore } from "./contracts/cache-store.js";
import type { IdempotencyStore } from "./contracts/idempotency-store.js";
import type { Host } from "./contracts/host.js";
import type { Meter } from "./contracts/meter.js";
import type { ServerKeeper } from "./contracts/server-keeper.js";
import type {
  Mount,
  PoolLoad,
  Prepared,
  Source,
  SourceLog,
  SourceType,
  TableDescription,
} from "./contracts/source.js";
import { runnableEndpoint, type RunnableEndpoint } from "./engine/endpoint-runner.js";
import { SharedState, type ShadowCondition } from "./engine/shared-state.js";
import type { SourceCondition } from "./engine/calls/source-state.js";
import type { JsonObject } from "./expression/value.js";
import { describeSources, type DescribedSources } from "./opening/describe-sources.js";
import { nodeHost } from "./host/node-host.js";
import { recordingHost, type HostRecord } from "./host/recording-host.js";
import { openIdempotencyDatabase } from "./opening/idempotency-database.js";
import { KeptServers } from "./opening/kept-servers.js";
import { MemoryCache } from "./opening/memory-cache.js";
import { SourcePool } from "./opening/source-pool.js";
import type { EndpointPlan } from "./plan/plan.js";
import { planEndpoint } from "./plan/plan-endpoint.js";
import { asOrchestratorError, OrchestratorError } from "./problems/orchestrator-error.js";
import type { Problem } from "./problems/problem.js";
import { Report } from "./problems/report.js";
import { apiSource } from "./sources/api/api-source-type.js";
import { databaseSource } from "./sources/database/database-source.js";
import { feastSource } from "./sources/feast/feast-source-type.js";
import { mlSource } from "./sources/ml/ml-source-type.js";

export type { RunnableEndpoint } from "./engine/endpoint-runner.js";

/** Every kind of source that comes with the product. */
export const builtInSources: readonly SourceType[] = [
  databaseSource,
  apiSource,
  feastSource,
  mlSource,
] as readonly SourceType[];

export interface LoadOptions {
  /** The configuration folder; else `ORCHESTRATOR_CONFIG_PATH`, `CONFIG_PATH` or `./config`. */
  readonly configPath?: string | undefined;
  /** Where relative paths start; by default the working directory. */
  readonly workingFolder?: string | undefined;
  readonly host?: Host | undefined;
  /** Kinds of source beside the built-in ones. */
  readonly sources?: readonly SourceType[] | undefined;
  /** A variable without a value is a warning, not an error. */
  readonly unsetOk?: boolean | undefined;
  /** What sources told of calls; by default what `config.lock` says. */
  readonly learned?: LearnedShapes | undefined;
}

/** A project as it was read: all its problems, and what it means where none of them is an error. */
export interface LoadedProject {
  readonly problems: readonly Problem[];
  readonly config?: ServiceConfig;
  readonly plans?: readonly EndpointPlan[];
  /** Every operation of each source, whether a step uses it or not, and the calls that steps say themselves. */
  readonly calls?: ReadonlyMap<ConfiguredSource, readonly Prepared[]>;
  /** The values of the variables that expressions read. */
  readonly variables: JsonObject;
  /** What was read for it: two loads with the same record are the same project. */
  readonly record: HostRecord;
  /** `undefined` where there is no configuration folder. */
  readonly projectFolder: string | undefined;
  /** Where the running service can be reached, as far as the files can be understood. */
  readonly admin: AdminConfig | false | undefined;
  /** Where its API keys are, as far as the files can be understood; absolute. */
  readonly apiKeysFile: string | undefined;
  /** Values that no output may show. */
  readonly secrets: ReadonlySet<string>;
}

/** Reads, checks and plans a project. Opens nothing. */
export function loadProject(options: LoadOptions = {}): LoadedProject {
  const { host, record } = recordingHost(options.host ?? nodeHost());
  const workingFolder = resolve(options.workingFolder ?? ".");
  const report = new Report();
  const types = new Map([...builtInSources, ...(options.sources ?? [])].map((type) => [type.kind, type]));
  const knownFiles = [...types.values()].map(({ file }) => file);
  const trees = readProject({ ...options, workingFolder, host, knownFiles, report });
  const secrets = new Set<string>();
  if (trees === undefined) {
    const nothing = {
      variables: {},
      secrets,
      projectFolder: undefined,
      admin: undefined,
      apiKeysFile: undefined,
    };
    return { ...nothing, problems: report.sorted(), record: record() };
  }
  const context: ProjectContext = {
    report,
    types,
    projectFolder: trees.projectFolder,
    readFile: (path) => host.files.read(resolve(trees.projectFolder, path)),
    readText: (path) => new TextDecoder().decode(host.files.read(resolve(trees.projectFolder, path))),
    env: (name) => host.env(name),
    unsetOk: options.unsetOk,
    secrets,
    usedVariables: new Set(),
    preparedCalls: new Map(),
    learned: options.learned ?? readLock(trees.projectFolder, host, report),
  };
  addSecrets(trees, secrets, host);
  const { config, endpoints } = checkProject(trees, context);
  const plans = endpoints.map((endpoint) => planEndpoint(endpoint, report));
  const { projectFolder } = trees;
  const { admin } = config;
  const apiKeysFile = config.auth.apiKeys?.file;
  const common = { problems: report.sorted(), secrets, projectFolder, admin, apiKeysFile };
  if (report.errorCount > 0) return { ...common, variables: {}, record: record() };
  const variables = Object.fromEntries(
    [...context.usedVariables].map((name) => [name, host.env(name) ?? null]),
  );
  return {
    ...common,
    config,
    plans: plans.filter((plan) => plan !== undefined),
    calls: callsOf(context),
    variables,
    record: record(),
  };
}

function readLock(projectFolder: string, { files }: Host, report: Report): LearnedShapes | undefined {
  const path = resolve(projectFolder, lockFileName);
  if (files.kindOf(path) !== "file") return undefined;
  try {
    return parseLock(new TextDecoder().decode(files.read(path)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return report.add("LOCK_INVALID", { reason }, { file: lockFileName, line: 1, column: 1 });
  }
}

function callsOf({ preparedCalls }: ProjectContext): ReadonlyMap<ConfiguredSource, readonly Prepared[]> {
  return new Map(
    [...preparedCalls].map(([source, calls]) => [
      source as ConfiguredSource,
      [...calls.values()].filter((call) => call !== undefined),
    ]),
  );
}

/** A configuration that runs: its plans, bound to opened sources. */
export interface Service {
  readonly config: ServiceConfig;
  readonly endpoints: readonly RunnableEndpoint[];
  /** What sources serve by themselves, by path below the prefix. */
  readonly mounts?: ReadonlyMap<string, Mount> | undefined;
  /** Which sources were open already, and which were opened for this service, by id. */
  readonly reuse: { readonly kept: readonly string[]; readonly opened: readonly string[] };
  /** Asks every source that readiness requires whether it can be reached now; answers the ids of those that cannot. */
  unreachableSources(): Promise<readonly string[]>;
  /** Resolves when what sources start themselves has started, or could not. */
  sourcesStarted(): Promise<void>;
  /** Asks every source whether it can be reached now. */
  probeSources(): Promise<readonly SourceState[]>;
  /** The circuit breakers and the calls in flight of the sources that have limits. */
  sourceConditions?(): readonly SourceCondition[];
  /** What became of the copies of calls that shadows got. */
  shadowConditions?(): readonly ShadowCondition[];
  /** How the connections of its sources are used, by id. */
  sourceLoads?(): ReadonlyMap<string, PoolLoad>;
  /** Drops the kept values that have one of the tags; without tags, all. Answers how many went. */
  purge?(tags?: readonly string[]): Promise<number>;
  /** Asks every source that can tell it about its operations. None of them is made. */
  describeSources(): Promise<DescribedSources>;
  /** The tables of a database source. Rejects with an OrchestratorError. */
  tablesOf(sourceId: string): Promise<readonly TableDescription[]>;
  /** Gives its sources back: those that no other service uses are closed, and what runs on them fails. */
  close(): Promise<void>;
}

export interface SourceState {
  readonly id: string;
  readonly kind: string;
  /** Why it cannot be reached; `undefined` where it can. */
  readonly problem: Problem | undefined;
  /** What else it tells of itself. */
  readonly facts: JsonObject;
}

export interface OpenOptions {
  readonly host?: Host | undefined;
  readonly log?: SourceLog | undefined;
  /** API operations answer from their `mock`. */
  readonly isMocked?: boolean | undefined;
  /** Its sources are only asked about their operations: none of its endpoints will run. */
  readonly isOnlyAsked?: boolean | undefined;
  /** Where sources that did not change are open already; by default one of its own. */
  readonly pool?: SourcePool | undefined;
  /** Where values are kept, also those of services before; by default one of its own, as configured. */
  readonly cache?: CacheStore | undefined;
  /** Keeps the servers running that sources need; by default one of its own, in this process. */
  readonly keeper?: ServerKeeper | undefined;
  /** Where steps and calls are counted. */
  readonly meter?: Meter | undefined;
}

/** Opens the sources of a project that has no errors. Throws an OrchestratorError with all its problems otherwise. */
export async function openService(loaded: LoadedProject, options: OpenOptions = {}): Promise<Service> {
  const { config, plans, problems, variables } = loaded;
  if (config === undefined || plans === undefined) throw projectError(problems);
  const { host = nodeHost(), log = () => undefined, isMocked = false, pool = new SourcePool() } = options;
  const { cache = new MemoryCache(config.cache.maxBytes, host.clock), meter, isOnlyAsked } = options;
  const { keeper = new KeptServers(host.clock) } = options;
  const idempotency = await idempotencyOf(loaded, host, log);
  const opening = { host, log, isMocked, isOnlyAsked, keeper, meter };
  const lease = await pool.open(config, opening).catch(async (error: unknown) => {
    await idempotency?.close();
    throw error;
  });
  const { sources, kept, opened } = lease;
  const shared = new SharedState(cache, host.clock, log, meter, idempotency);
  const environment = { name: config.environment.name, version: config.app.version, variables };
  const required = config.sources.filter(({ isRequiredForReadiness }) => isRequiredForReadiness);
  return {
    config,
    reuse: { kept, opened },
    mounts: mountsOf(config, sources),
    endpoints: plans.map((plan) => runnableEndpoint(plan, { sources, host, environment, shared })),
    async unreachableSources() {
      const states = await Promise.all(required.map((source) => probe(source, sources)));
      return states.filter(({ problem }) => problem !== undefined).map(({ id }) => id);
    },
    sourcesStarted: async () =>
      void (await Promise.all([...sources.values()].map((each) => each.started?.()))),
    probeSources: () => Promise.all(config.sources.map((source) => probe(source, sources))),
    purge: (tags) => cache.purge(tags),
    describeSources: () => describeSources(loaded, sources),
    tablesOf: async (id) => (await sources.get(id)?.tables?.()) ?? [],
    async close() {
      await shared.background.idle();
      await lease.release();
      await idempotency?.close();
    },
    sourceConditions: () => shared.conditions(),
    shadowConditions: () => shared.shadowConditions(),
    sourceLoads: () => loadsOf(sources),
  };
}

/** The file of idempotency keys, where an endpoint has them. */
async function idempotencyOf(
  { config, plans = [] }: LoadedProject,
  { clock }: Host,
  log: SourceLog,
): Promise<IdempotencyStore | undefined> {
  if (plans.every(({ endpoint }) => endpoint.idempotency === undefined)) return undefined;
  return openIdempotencyDatabase(resolve(config!.projectFolder, "data/orchestrator.db"), clock, log);
}

async function probe(
  { id, kind }: { readonly id: string; readonly kind: string },
  sources: ReadonlyMap<string, Source>,
): Promise<SourceState> {
  const source = sources.get(id)!;
  let problem: Problem | undefined;
  try {
    await source.probe();
  } catch (error) {
    problem = asOrchestratorError(error).problem;
  }
  return { id, kind, problem, facts: source.facts?.() ?? {} };
}

function loadsOf(sources: ReadonlyMap<string, Source>): ReadonlyMap<string, PoolLoad> {
  const loads = new Map<string, PoolLoad>();
  for (const [id, source] of sources) {
    const load = source.load?.();
    if (load !== undefined) loads.set(id, load);
  }
  return loads;
}

function projectError(problems: readonly Problem[]): OrchestratorError {
  const errors = problems.filter(({ severity }) => severity === "error");
  return new OrchestratorError(errors[0]!, undefined, problems);
}

function mountsOf(config: ServiceConfig, sources: ReadonlyMap<string, Source>): ReadonlyMap<string, Mount> {
  const mounts = new Map<string, Mount>();
  for (const { path, source } of config.mounts) {
    const mount = sources.get(source.id)?.mount;
    if (mount !== undefined) mounts.set(path, mount);
  }
  return mounts;
}
