import { resolve } from "node:path";
import type { JsonObject } from "../../expression/value.js";
import type { Location } from "../../problems/location.js";
import type { Infer } from "../../schema/schema.js";
import type { ObjectSchema } from "../../schema/composites.js";
import type { MappingTree } from "../../schema/tree.js";
import { configFile, type ConfigFile } from "../config-file.js";
import { domainFile } from "../domain-file.js";
import type {
  ApiConfig,
  AuthConfig,
  Limit,
  Domain,
  Endpoint,
  LoggingConfig,
  ServiceConfig,
} from "../model.js";
import type { DomainTrees, ProjectTrees } from "../reading/read-project.js";
import { checkAuth } from "./check-auth.js";
import type { ProjectContext } from "./check-context.js";
import { checkEndpoint } from "./check-endpoint.js";
import { checkGlobalLimit } from "./check-limits.js";
import { checkMounts } from "./check-mounts.js";
import { checkSources } from "./check-sources.js";
import { checkTls } from "./check-tls.js";
import { prepareAll } from "./resolve-call.js";
import { RouteTable } from "./route.js";
import { readScope, type Scope } from "./scope.js";
import { secretInTree } from "./secrets.js";

export interface CheckedProject {
  /** Only good when no error was reported. */
  readonly config: ServiceConfig;
  /** The endpoints in which nothing was wrong: only these can be planned. */
  readonly endpoints: readonly Endpoint[];
}

/** Checks a whole project. Reports every problem. */
export function checkProject(trees: ProjectTrees, context: ProjectContext): CheckedProject {
  const file = configFile.check(trees.config, context);
  const settings = file ?? configFile.empty();
  const auth = checkAuth(settings, trees.config, trees.projectFolder, context);
  const limit = checkGlobalLimit(settings, auth, context);
  const global = readScope(trees.global, undefined, new Map(), brokenNames(trees, undefined), context);
  const routes = new RouteTable(settings.api.prefix, reservedPaths(settings));
  const checked = trees.domains.map((domain) =>
    checkDomain(domain, trees, settings, auth, limit, global, routes, context),
  );
  for (const kind of global.values()) prepareAll(kind, context);
  checkSources(global, undefined, context);
  refuseDuplicateDomains(checked, context);
  const sources = [...new Set([global, ...checked.map(({ scope }) => scope)].flatMap(sourcesOf))];
  const mounts = checkMounts(sources, auth, limit, context);
  for (const { path } of mounts) routes.refuseBelow(path, context);
  return {
    config: {
      ...settingsOf(settings, trees.projectFolder, context),
      auth,
      limit,
      mounts,
      projectFolder: trees.projectFolder,
      configFolder: trees.configFolder,
      environment: trees.environment,
      sources,
      domains: checked.map(({ domain }) => domain),
    },
    endpoints: checked.flatMap(({ sound }) => sound),
  };
}

interface CheckedDomain {
  readonly domain: Domain;
  readonly sound: readonly Endpoint[];
  readonly scope: Scope;
  readonly idLocation: Location;
}

function checkDomain(
  trees: DomainTrees,
  project: ProjectTrees,
  settings: ConfigFile,
  auth: AuthConfig,
  limit: Limit | undefined,
  global: Scope,
  routes: RouteTable,
  context: ProjectContext,
): CheckedDomain {
  const scope = readScope(trees.own, trees.name, global, brokenNames(project, trees.name), context);
  for (const kind of scope.values()) prepareAll(kind, context);
  checkSources(scope, trees.name, context);
  const file = domainFile.check(trees.main, context) ?? domainFile.empty();
  const id = file.domain_id?.value ?? trees.name;
  const around = {
    domain: id,
    scope,
    constants: constantsOf(file, settings, trees, project),
    secretConstants: secretConstants(project.config, trees.main),
    defaultTimeoutMs: settings.execution.timeout,
    auth,
    limit,
  };
  const endpoints: Endpoint[] = [];
  const sound: Endpoint[] = [];
  for (const [name, { value, tree, isBroken }] of file.endpoints) {
    if (value === undefined || tree.kind !== "mapping") continue;
    const before = context.report.errorCount;
    const endpoint = checkEndpoint(name, value, tree, around, context);
    endpoints.push(endpoint);
    const isWhole = endpoint.steps.length === value.data_sources.length;
    if (isWhole && !isBroken && context.report.errorCount === before) sound.push(endpoint);
    const place = value.path?.location ?? endpoint.location;
    if (endpoint.route !== undefined) routes.add(endpoint.route, endpoint.id, place, context);
  }
  const domain: Domain = { id, description: file.description, file: trees.file, endpoints };
  return {
    domain,
    sound,
    scope,
    idLocation: file.domain_id?.location ?? { file: trees.file, line: 1, column: 1 },
  };
}

function constantsOf(
  file: Infer<typeof domainFile>,
  settings: ConfigFile,
  { name, main }: DomainTrees,
  { config, brokenFiles }: ProjectTrees,
): JsonObject | undefined {
  const mainFiles = new RegExp(`/(config|domains/(${name}/)?${name})\\.ya?ml$`);
  const isLost =
    brokenFiles.some((path) => mainFiles.test(path)) ||
    losesConstants(config, configFile) ||
    losesConstants(main, domainFile);
  return isLost ? undefined : { ...settings.constants, ...file.constants };
}

/** Whether `constants` stands in a file in a way that could not be read. */
function losesConstants(tree: MappingTree, schema: ObjectSchema<unknown>): boolean {
  return tree.entries.get("constants")?.value.kind !== "mapping" && schema.isWritten(tree, "constants");
}

/** The constants that hold a secret variable, with its name. A domain's own constant hides one of config.yaml. */
function secretConstants(...files: readonly MappingTree[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const constants = file.entries.get("constants")?.value;
    for (const [name, { value }] of constants?.kind === "mapping" ? constants.entries : []) {
      const secret = secretInTree(value);
      if (secret === undefined) found.delete(name);
      else found.set(name, secret);
    }
  }
  return found;
}

/** The global source files, or those of one domain, that have a syntax error, by the names that kinds give them. */
function brokenNames(trees: ProjectTrees, domain: string | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of trees.brokenFiles) {
    const [, owner, file] = /\/domains\/([^/]+)\/(.+)\.ya?ml$/.exec(path) ?? [];
    const [, globalFile] = /((?:integrations\/)?[^/]+)\.ya?ml$/.exec(path) ?? [];
    const name =
      domain === undefined && owner === undefined ? globalFile : owner === domain ? file : undefined;
    if (name !== undefined) names.add(name);
  }
  return names;
}

function sourcesOf(scope: Scope) {
  return [...scope.values()].flatMap(({ sources }) =>
    [...sources.values()].map(({ configured }) => configured).filter((source) => source !== undefined),
  );
}

function settingsOf(file: ConfigFile, projectFolder: string, context: ProjectContext) {
  return {
    app: file.app,
    server: {
      host: file.server.host,
      port: file.server.port,
      bodyLimitBytes: file.server.body_limit,
      workers: file.server.workers,
      shutdownTimeoutMs: file.server.shutdown_timeout,
      trustProxy: file.server.trust_proxy,
      compresses: file.server.compression,
      cors: file.server.cors,
      tls: checkTls(file.server.tls, projectFolder, context),
      overload: file.server.overload && {
        maxInFlight: file.server.overload.max_in_flight,
        maxEventLoopDelayMs: file.server.overload.max_event_loop_delay,
      },
    },
    api: apiOf(file),
    logging: loggingOf(file, projectFolder),
    admin: file.admin,
    tracing: tracingOf(file),
    cache: { store: file.cache.store, maxBytes: file.cache.max_size },
  };
}

function tracingOf({ tracing: { otlp_endpoint: endpoint, headers, sample } }: ConfigFile) {
  return endpoint === undefined ? undefined : { endpoint, headers, sample };
}

function loggingOf({ logging }: ConfigFile, projectFolder: string): LoggingConfig {
  const { level, format, file, rotate } = logging;
  return {
    level,
    format,
    file: file === undefined ? undefined : resolve(projectFolder, file),
    rotate: rotate && { everyMs: rotate.every, maxSizeBytes: rotate.max_size, keep: rotate.keep },
  };
}

function apiOf({ api }: ConfigFile): ApiConfig {
  return { prefix: api.prefix, docsUrl: api.docs_url, redocUrl: api.redoc_url, openapiUrl: api.openapi_url };
}

function reservedPaths(settings: ConfigFile): readonly string[] {
  const { docsUrl, redocUrl, openapiUrl, prefix } = apiOf(settings);
  const own = [docsUrl, redocUrl, openapiUrl].filter((path) => path !== false);
  return ["/health", "/livez", "/readyz", `${prefix === "/" ? "" : prefix}/domains`, ...own];
}

function refuseDuplicateDomains(checked: readonly CheckedDomain[], context: ProjectContext): void {
  const seen = new Map<string, string>();
  for (const { domain, idLocation } of checked) {
    const file = seen.get(domain.id);
    if (file !== undefined) context.report.add("DOMAIN_DUPLICATE", { id: domain.id, file }, idLocation);
    else seen.set(domain.id, domain.file);
  }
}
