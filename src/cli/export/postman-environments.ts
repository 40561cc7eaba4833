import { readdirSync } from "node:fs";
import type { ServiceConfig } from "../../config/model.js";
import type { JsonObject } from "../../expression/value.js";
import { nodeHost } from "../../host/node-host.js";
import { loadProject } from "../../service.js";
import { baseUrl } from "./postman-collection.js";
import { stableId } from "./stable-id.js";

export interface PostmanEnvironment {
  /** Of the environment, such as `production`. */
  readonly name: string;
  readonly content: JsonObject;
}

/**
 * A Postman environment for each one of the configuration, with the port that it has there. One that has errors, or
 * whose variables are not set here, gets the port of the current one.
 */
export function postmanEnvironments(
  config: ServiceConfig,
  variables: Readonly<Record<string, string | undefined>>,
): readonly PostmanEnvironment[] {
  const names = environmentNames(config);
  return names.map((name) => ({ name, content: describe(name, portOf(name, config, variables), config) }));
}

/** The folders beside `base`; without any, the environment that was chosen. */
function environmentNames({ configFolder, environment }: ServiceConfig): readonly string[] {
  const folders = readdirSync(configFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name);
  const hasEnvironments = folders.includes("base") || folders.includes(environment.name);
  return hasEnvironments ? folders.filter((name) => name !== "base").sort() : [environment.name];
}

function portOf(
  name: string,
  config: ServiceConfig,
  variables: Readonly<Record<string, string | undefined>>,
): number {
  if (name === config.environment.name) return config.server.port;
  const host = nodeHost({ ...variables, ENVIRONMENT: name });
  const other = loadProject({ configPath: config.configFolder, host, unsetOk: true }).config;
  return other?.server.port ?? config.server.port;
}

function describe(name: string, port: number, { app }: ServiceConfig): JsonObject {
  return {
    id: stableId(`environment ${app.name} ${name}`),
    name: `${app.name}: ${name}`,
    values: [{ key: "base_url", value: baseUrl(port), type: "default", enabled: true }],
    _postman_variable_scope: "environment",
  };
}
