import { resolve } from "node:path";
import type { ProjectContext } from "./config/check/check-context.js";
import { plannedFiles } from "./config/check/check-context.js";
import { checkProject } from "./config/check/check-project.js";
import { mountPaths } from "./config/check/mount-paths.js";
import { prepareOperation } from "./config/check/prepare-operation.js";
import type { ConfiguredSource, ServiceConfig } from "./config/model.js";
import { readProject } from "./config/reading/read-project.js";
import type { Host } from "./contracts/host.js";
import type { Mount, OtherSource, Prepared, Source, SourceLog, SourceType } from "./contracts/source.js";
import { runnableEndpoint, type RunnableEndpoint } from "./engine/endpoint-runner.js";
import type { JsonObject } from "./expression/value.js";
import { nodeHost } from "./host/node-host.js";
import type { EndpointPlan } from "./plan/plan.js";
import { planEndpoint } from "./plan/plan-endpoint.js";
import { asOrchestratorError, failure, OrchestratorError } from "./problems/orchestrator-error.js";
import type { Problem } from "./problems/problem.js";
import { Report } from "./problems/report.js";
import { apiSource } from "./sources/api/api-source-type.js";
import { databaseSource } from "./sources/database/database-source.js";
import { feastSource } from "./sources/feast/feast-source-type.js";

export type { RunnableEndpoint } from "./engine/endpoint-runner.js";

/** Every kind of source that comes with the product. */
export const builtInSources: readonly SourceType[] = [
  databaseSource,
  apiSource,
  feastSource,
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
}

/** A project as it was read: all its problems, and what it means where none of them is an error. */
export interface LoadedProject {
  readonly problems: readonly Problem[];
  readonly config?: ServiceConfig;
  readonly plans?: readonly EndpointPlan[];
  /** The values of the variables that expressions read. */
  readonly variables: JsonObject;
}

/** Reads, checks and plans a project. Opens nothing. */
export function loadProject(options: LoadOptions = {}): LoadedProject {
  const host = options.host ?? nodeHost();
  const workingFolder = resolve(options.workingFolder ?? ".");
  const report = new Report();
  const types = new Map([...builtInSources, ...(options.sources ?? [])].map((type) => [type.kind, type]));
  const knownFiles = [...types.values()].map(({ file }) => file);
  const trees = readProject({ ...options, workingFolder, host, knownFiles, plannedFiles, report });
  if (trees === undefined) return { problems: report.sorted(), variables: {} };
  const context: ProjectContext = {
    report,
    types,
    readFile: (path) => host.files.read(resolve(trees.projectFolder, path)),
    readText: (path) => new TextDecoder().decode(host.files.read(resolve(trees.projectFolder, path))),
    env: (name) => host.env(name),
    unsetOk: options.unsetOk,
    usedVariables: new Set(),
    preparedCalls: new Map(),
  };
  const { config, endpoints } = checkProject(trees, context);
  const plans = endpoints.map((endpoint) => planEndpoint(endpoint, report));
  const problems = report.sorted();
  if (report.errorCount > 0) return { problems, variables: {} };
  const variables = Object.fromEntries(
    [...context.usedVariables].map((name) => [name, host.env(name) ?? null]),
  );
  return { problems, config, plans: plans.filter((plan) => plan !== undefined), variables };
}

/** A configuration that runs: its plans, bound to opened sources. */
export interface Service {
  readonly config: ServiceConfig;
  readonly endpoints: readonly RunnableEndpoint[];
  /** What sources serve by themselves, by path below the prefix. */
  readonly mounts?: ReadonlyMap<string, Mount> | undefined;
  /** Asks every source that readiness requires whether it can be reached; answers the ids of those that cannot. */
  unreachableSources(): Promise<readonly string[]>;
  /** Closes every source. What runs on them fails. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly host?: Host | undefined;
  readonly log?: SourceLog | undefined;
  /** API operations answer from their `mock`. */
  readonly isMocked?: boolean | undefined;
}

/** Opens the sources of a project that has no errors. Throws an OrchestratorError with all its problems otherwise. */
export async function openService(loaded: LoadedProject, options: OpenOptions = {}): Promise<Service> {
  const { config, plans, problems, variables } = loaded;
  if (config === undefined || plans === undefined) throw projectError(problems);
  const host = options.host ?? nodeHost();
  const sources = await openSources(config, host, options);
  const environment = { name: config.environment.name, version: config.app.version, variables };
  const required = config.sources.filter(({ isRequiredForReadiness }) => isRequiredForReadiness);
  return {
    config,
    mounts: mountsOf(config, sources),
    endpoints: plans.map((plan) => runnableEndpoint(plan, sources, host, environment)),
    async unreachableSources() {
      const states = await Promise.allSettled(required.map(({ id }) => sources.get(id)!.probe()));
      return required.filter((_, index) => states[index]!.status === "rejected").map(({ id }) => id);
    },
    close: () => closeAll(sources),
  };
}

function projectError(problems: readonly Problem[]): OrchestratorError {
  const errors = problems.filter(({ severity }) => severity === "error");
  return new OrchestratorError(errors[0]!, undefined, problems);
}

function mountsOf(config: ServiceConfig, sources: ReadonlyMap<string, Source>): ReadonlyMap<string, Mount> {
  const mounts = new Map<string, Mount>();
  for (const [path, { id }] of mountPaths(config.sources)) {
    const mount = sources.get(id)?.mount;
    if (mount !== undefined) mounts.set(path, mount);
  }
  return mounts;
}

async function openSources(
  config: ServiceConfig,
  host: Host,
  options: OpenOptions,
): Promise<Map<string, Source>> {
  const opened = new Map<string, Source>();
  const { projectFolder } = config;
  const log = options.log ?? (() => undefined);
  try {
    for (const source of config.sources) {
      const { id, type, settings } = source;
      const opening = {
        name: id,
        appName: config.app.name,
        settings,
        host,
        projectFolder,
        log,
        isMocked: options.isMocked ?? false,
      };
      const calls = callsOf(id, config);
      const otherSource = otherSources(source, config, opened);
      opened.set(id, await type.open({ ...opening, calls, otherSource }));
    }
    return opened;
  } catch (error) {
    await closeAll(opened);
    throw asOrchestratorError(error);
  }
}

function callsOf(id: string, { domains }: ServiceConfig): readonly Prepared[] {
  const steps = domains.flatMap(({ endpoints }) => endpoints.flatMap((endpoint) => endpoint.steps));
  return steps.flatMap((step) => (step.kind === "call" && step.source.id === id ? [step.call] : []));
}

/** The sources that one sees: those of its domain, then the global ones. */
function otherSources(
  user: ConfiguredSource,
  config: ServiceConfig,
  opened: ReadonlyMap<string, Source>,
): (kind: string, name: string) => OtherSource {
  return (kind, name) => {
    const named = config.sources.filter((each) => each.kind === kind && each.name === name);
    const other =
      named.find(({ domain }) => domain === user.domain) ?? named.find(({ domain }) => domain === undefined);
    if (other === undefined) throw failure("SOURCE_UNKNOWN", { kind, name, known: [] });
    return {
      prepare: (operation) => prepareOperation(other, operation),
      start: (call, parameters, context, receiver) =>
        opened.get(other.id)!.start(call, parameters, context, receiver),
    };
  };
}

async function closeAll(sources: ReadonlyMap<string, Source>): Promise<void> {
  await Promise.allSettled([...sources.values()].map((source) => source.close()));
}
