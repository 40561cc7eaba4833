import { posix } from "node:path";
import type { SourceDefinition } from "../../../contracts/source.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Tree } from "../../../schema/tree.js";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import { readContent } from "../registry/file-registry.js";
import { ProjectRegistry } from "../registry/project-registry.js";
import { registryPath } from "../registry/open-registry.js";
import type { FeastSettings } from "../settings.js";
import { addServices } from "./configured-services.js";
import { readFeatureStore, type FeatureStoreConfig } from "./feature-store-config.js";
import { RepositoryError, UnsupportedError } from "./repository-error.js";

/** A repository as it is known while loading. Without a registry where it is in a database, which nobody opens then. */
export interface CheckedRepository {
  readonly config: FeatureStoreConfig;
  readonly registry: ProjectRegistry | undefined;
}

type Definition = SourceDefinition<FeastSettings>;

const known = new WeakMap<FeastSettings, { readonly repository: CheckedRepository | undefined }>();

/** Reads the repository of a source, once. Reports what is wrong and answers `undefined` then. */
export function checkedRepository(definition: Definition): CheckedRepository | undefined {
  const { settings } = definition;
  const found = known.get(settings);
  if (found !== undefined) return found.repository;
  const repository = settings.repo_path === undefined ? undefined : read(settings.repo_path, definition);
  known.set(settings, { repository });
  return repository;
}

function read(folder: string, definition: Definition): CheckedRepository | undefined {
  const config = readConfig(folder, definition);
  if (config === undefined || config.registry.type === "sql")
    return config && { config, registry: undefined };
  const registry = readRegistry(folder, config, definition);
  return registry && { config, registry };
}

function readConfig(folder: string, definition: Definition): FeatureStoreConfig | undefined {
  const { settings, env } = definition;
  const location = placeOf(definition, "repo_path");
  const file = posix.join(folder, "feature_store.yaml");
  try {
    const text = new TextDecoder().decode(definition.readFile(env("FEAST_FS_YAML_FILE_PATH") ?? file));
    const config = readFeatureStore(text, env, settings.project);
    if (config.isKeyVersionAssumed) definition.report.add("FEAST_KEY_VERSION_ASSUMED", { file }, location);
    return config;
  } catch (error) {
    if (error instanceof OrchestratorError)
      return definition.report.addProblem({ ...error.problem, location });
    if (error instanceof UnsupportedError) {
      return definition.report.add("FEAST_UNSUPPORTED", { what: error.what, known: error.known }, location);
    }
    if (!(error instanceof RepositoryError)) throw error;
    return definition.report.add("FEAST_REPOSITORY_INVALID", { file, reason: error.message }, location);
  }
}

function readRegistry(
  folder: string,
  config: FeatureStoreConfig,
  definition: Definition,
): ProjectRegistry | undefined {
  const location = placeOf(definition, "repo_path");
  const { path } = config.registry;
  try {
    const bytes = Buffer.from(definition.readFile(registryPath(path, folder)));
    const registry = new ProjectRegistry(readContent(bytes), config.project);
    if (registry.views.size === 0 && !registry.isListed) {
      definition.report.add("FEAST_PROJECT_UNKNOWN", { project: config.project }, location);
    }
    addServices(registry, config.registry, definition);
    return registry;
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof OrchestratorError)) throw error;
    const facts = { path, reason: error.message.replace(/\.$/, "") };
    return definition.report.add("FEAST_REGISTRY_INVALID", facts, location);
  }
}

/** The place of a key of the source; of the source itself where it is not written. */
export function placeOf({ tree }: { readonly tree: Tree }, key: string) {
  const entry = tree.kind === "mapping" ? tree.entries.get(key) : undefined;
  return entry?.value.location ?? tree.location;
}
