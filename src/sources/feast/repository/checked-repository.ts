import { posix, resolve } from "node:path";
import type { SourceDefinition } from "../../../contracts/source.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Location } from "../../../problems/location.js";
import type { Located } from "../../../schema/scalars.js";
import { DriverMissing } from "../../../connections/sqlite/driver.js";
import { readContent } from "../registry/file-registry.js";
import type { KnownRegistry } from "../registry/known-registry.js";
import { ProjectRegistry } from "../registry/project-registry.js";
import { readSqliteRegistry } from "../registry/sqlite-registry-file.js";
import type { FeastSettings } from "../settings.js";
import { checkCertificates } from "./check-certificates.js";
import { readFeatureStore, type FeatureStoreConfig } from "./feature-store-config.js";
import { registryFile, type RegistryPlace } from "./registry-place.js";
import { RepositoryError, UnsupportedError } from "./repository-error.js";

/** A repository as it is known while loading. Its registry is not where that is on a server, which nobody asks then. */
export interface CheckedRepository {
  /** The `feature_store.yaml`. */
  readonly file: string;
  readonly config: FeatureStoreConfig;
  readonly known: KnownRegistry | undefined;
}

type Definition = SourceDefinition<FeastSettings>;

const known = new WeakMap<FeastSettings, { readonly repository: CheckedRepository | undefined }>();

/** Reads the repository of a source, once. Reports what is wrong and answers `undefined` then. */
export function checkedRepository(definition: Definition): CheckedRepository | undefined {
  const { settings } = definition;
  const found = known.get(settings);
  if (found !== undefined) return found.repository;
  const { repo_path: place } = settings;
  const repository = place === undefined ? undefined : read(place, definition);
  known.set(settings, { repository });
  return repository;
}

function read(place: Located<string>, definition: Definition): CheckedRepository | undefined {
  const file = definition.env("FEAST_FS_YAML_FILE_PATH") ?? posix.join(place.value, "feature_store.yaml");
  const config = readConfig(file, place.location, definition);
  if (config === undefined) return undefined;
  checkCertificates(config.certificates, place.value, file, definition);
  if (config.registry.place.type === "postgres") return { file, config, known: undefined };
  const known = readRegistry(place, config.registry.place, config, definition);
  return known && { file, config, ...known };
}

function readConfig(
  file: string,
  named: Location,
  { settings, env, report, readFile }: Definition,
): FeatureStoreConfig | undefined {
  try {
    const config = readFeatureStore(new TextDecoder().decode(readFile(file)), env, settings.project);
    if (config.isKeyVersionAssumed) {
      report.add("FEAST_KEY_VERSION_ASSUMED", { file }, { file, line: 1, column: 1 });
    }
    for (const { place, ...facts } of config.unused) {
      report.add("FEAST_SETTING_UNUSED", facts, { file, ...place });
    }
    return config;
  } catch (error) {
    if (error instanceof OrchestratorError) {
      return report.addProblem({ ...error.problem, location: named });
    }
    if (error instanceof UnsupportedError) {
      const { what, known, place } = error;
      return report.add("FEAST_UNSUPPORTED", { what, known }, { file, ...place });
    }
    if (!(error instanceof RepositoryError)) throw error;
    const { message: reason, place } = error;
    return report.add("FEAST_REPOSITORY_INVALID", { file, reason }, { file, ...place });
  }
}

/** Without a driver a registry in SQLite is as unknown as one on a server; the service will not start then. */
function readRegistry(
  { value: folder, location }: Located<string>,
  { type, path }: Exclude<RegistryPlace, { readonly type: "postgres" }>,
  config: FeatureStoreConfig,
  definition: Definition,
): Pick<CheckedRepository, "known"> | undefined {
  const { project } = config;
  try {
    const file = registryFile(path, folder);
    const bytes = Buffer.from(definition.readFile(file));
    const content =
      type === "file"
        ? readContent(bytes)
        : readSqliteRegistry(resolve(definition.projectFolder, file), project);
    const registry = new ProjectRegistry(content, project);
    const hasServer = definition.settings.url !== undefined || config.store.type === "remote";
    return { known: { registry, config: config.registry, hasServer } };
  } catch (error) {
    if (error instanceof DriverMissing) return { known: undefined };
    const facts = { path, reason: (error as Error).message.replace(/\.$/, "") };
    return definition.report.add("FEAST_REGISTRY_INVALID", facts, location);
  }
}
