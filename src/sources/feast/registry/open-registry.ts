import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { FeatureStoreConfig } from "../repository/feature-store-config.js";
import { FileRegistry } from "./file-registry.js";
import type { RegistrySource } from "./registry-source.js";

/** The registry of a repository, where its settings say. `folder` is absolute. */
export async function openRegistry(
  { registry: { type, path }, project }: FeatureStoreConfig,
  folder: string,
  clock: Clock,
  log: SourceLog,
): Promise<RegistrySource> {
  if (type === "file") return new FileRegistry(registryPath(path, folder), path);
  const { SqlRegistry } = await import("./sql-registry.js");
  const sqlite = sqlitePath(path);
  if (sqlite === undefined) {
    const { postgresQueries } = await import("./postgres-registry.js");
    return new SqlRegistry(postgresQueries(path, log), project, "postgresql");
  }
  const { sqliteQueries } = await import("./sqlite-registry.js");
  const file = isAbsolute(sqlite) ? sqlite : join(folder, sqlite);
  return new SqlRegistry(await sqliteQueries(file, clock, log), project, sqlite);
}

/** The absolute path of a registry in a file. */
export function registryPath(path: string, folder: string): string {
  if (path.startsWith("file:")) return fileURLToPath(path);
  return isAbsolute(path) ? path : join(folder, path);
}

/** Three slashes begin a relative path, four an absolute one. */
function sqlitePath(url: string): string | undefined {
  const [, path] = /^sqlite(?:\+\w+)?:\/\/\/(.*)$/s.exec(url) ?? [];
  return path;
}
