import { join, resolve } from "node:path";
import type { Opening, Prepared } from "../../contracts/source.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { FeatureServer } from "./expose/feature-server.js";
import { NativeReader } from "./features/native-reader.js";
import { ReadBatcher } from "./features/read-batcher.js";
import { FeastSource } from "./feast-source.js";
import { openRemote } from "./remote/open-remote.js";
import { readFeatureStore, type FeatureStoreConfig } from "./repository/feature-store-config.js";
import { RepositoryError, UnsupportedError } from "./repository/repository-error.js";
import { openRegistry } from "./registry/open-registry.js";
import type { FeastSettings } from "./settings.js";
import type { FeastCall } from "./steps/feast-call.js";

const exposedTimeoutMs = 5_000;

/** Opens a Feast source: its repository, its server, or both. */
export async function openSource(opening: Opening<FeastSettings>): Promise<FeastSource> {
  const { settings, host, log } = opening;
  const config = settings.repo_path === undefined ? undefined : readConfig(settings.repo_path.value, opening);
  const folder = resolve(opening.projectFolder, settings.repo_path?.value ?? "");
  const remote = openRemote(opening, config, folder);
  const reader =
    config === undefined || config.store.type === "remote"
      ? undefined
      : await openReader(config, folder, opening);
  const { clock } = host;
  const { max_size: maxSize, max_wait: maxWaitMs } = settings.batching;
  const batcher = new ReadBatcher({ maxSize, maxWaitMs }, clock);
  const timeoutMs = settings.timeout ?? exposedTimeoutMs;
  const mount = settings.expose
    ? new FeatureServer({ reader, remote, batcher, clock, log, timeoutMs })
    : undefined;
  try {
    const { database_fallback: fallback } = settings;
    const other = fallback && opening.otherSource?.("database", fallback.source_id.value);
    const source = new FeastSource({ settings, reader, remote, batcher, mount, fallback: other, clock, log });
    if (config?.registry.place.type === "postgres") await checkCalls(source, opening.calls);
    return source;
  } catch (error) {
    await Promise.all([reader?.close(), remote?.close()]);
    throw error;
  }
}

function readConfig(
  folder: string,
  { host, projectFolder, settings }: Opening<FeastSettings>,
): FeatureStoreConfig {
  const file = host.env("FEAST_FS_YAML_FILE_PATH") ?? join(folder, "feature_store.yaml");
  try {
    const text = new TextDecoder().decode(host.files.read(resolve(projectFolder, file)));
    return readFeatureStore(text, (name) => host.env(name), settings.project);
  } catch (error) {
    if (error instanceof UnsupportedError)
      throw failure("FEAST_UNSUPPORTED", { what: error.what, known: error.known });
    if (!(error instanceof RepositoryError)) throw error;
    throw failure("FEAST_REPOSITORY_INVALID", { file, reason: error.message });
  }
}

async function openReader(
  config: FeatureStoreConfig,
  folder: string,
  { settings, host, log }: Opening<FeastSettings>,
): Promise<NativeReader> {
  const { clock } = host;
  const registry = await openRegistry(config, folder, clock, log);
  const { registry_refresh: refreshMs, max_response: maxBytes } = settings;
  return NativeReader.open({ config, registry, refreshMs, folder, maxBytes, clock, log });
}

/** What could not be checked while loading, because the registry is on a server, is checked now. */
async function checkCalls(source: FeastSource, calls: readonly Prepared[] = []): Promise<void> {
  const found = await source.describe(calls as readonly FeastCall[]);
  const problems = found.flatMap((each) => each.problems);
  if (problems.length > 0) throw new OrchestratorError(problems[0]!, undefined, problems);
}
