import type { ConfiguredSource, Endpoint, ServiceConfig } from "../../config/model.js";
import { callsOf } from "../../config/step-calls.js";
import type { ListOptions } from "../define-commands.js";
import { formatPath, formatPlace } from "../format-problem.js";
import { openProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { formatTable } from "../table.js";

/** Prints what a project has, and where each part of it stands. */
export function list(options: ListOptions, shell: Shell): ExitCode {
  const { config } = openProject(options, shell);
  if (options.json === true) shell.result(asJson(describe(config, shell.workingFolder)));
  else printTables(config, shell);
  return exitCodes.fine;
}

function describe(config: ServiceConfig, folder: string) {
  return {
    environment: config.environment,
    domains: config.domains.map((domain) => ({
      id: domain.id,
      description: domain.description,
      file: formatPath(domain.file, folder, config.projectFolder),
      endpoints: domain.endpoints.map((endpoint) => ({
        id: endpoint.id,
        description: endpoint.description,
        method: endpoint.route?.method,
        path: fullPath(endpoint, config),
        from: formatPlace(endpoint.location, folder, config.projectFolder),
      })),
    })),
    sources: config.sources.map((source) => ({
      id: source.id,
      type: source.kind,
      domain: source.domain,
      from: formatPlace(source.location, folder, config.projectFolder),
      endpoints: usersOf(source, config),
    })),
  };
}

function printTables(config: ServiceConfig, shell: Shell): void {
  const { bold } = shell.resultColours;
  const { domains, endpoints, sources } = rowsOf(config, shell.workingFolder);
  const tables = [
    formatTable(["domain", "endpoints", "from", "description"], domains),
    formatTable(["endpoint", "route", "from"], endpoints),
    formatTable(["source", "type", "seen by", "used by", "from"], sources),
  ];
  shell.result(tables.map((table) => table.replace(/^.*$/m, (header) => bold(header))).join("\n\n"));
}

function rowsOf(config: ServiceConfig, folder: string) {
  return {
    domains: config.domains.map((domain) => [
      domain.id,
      String(domain.endpoints.length),
      formatPath(domain.file, folder, config.projectFolder),
      domain.description ?? "",
    ]),
    endpoints: config.domains.flatMap((domain) =>
      domain.endpoints.map((endpoint) => [
        endpoint.id,
        endpoint.route === undefined ? "internal" : `${endpoint.route.method} ${fullPath(endpoint, config)}`,
        formatPlace(endpoint.location, folder, config.projectFolder),
      ]),
    ),
    sources: config.sources.map((source) => [
      source.id,
      source.kind,
      source.domain ?? "every domain",
      countOf(usersOf(source, config).length),
      formatPlace(source.location, folder, config.projectFolder),
    ]),
  };
}

const fullPath = ({ route }: Endpoint, config: ServiceConfig) =>
  route === undefined ? undefined : config.api.prefix + route.path;

const countOf = (endpoints: number) => `${endpoints} endpoint${endpoints === 1 ? "" : "s"}`;

function usersOf(source: ConfiguredSource, config: ServiceConfig): readonly string[] {
  return config.domains
    .flatMap((domain) => domain.endpoints)
    .filter((endpoint) => endpoint.steps.flatMap(callsOf).some((call) => call.source.id === source.id))
    .map((endpoint) => endpoint.id);
}
