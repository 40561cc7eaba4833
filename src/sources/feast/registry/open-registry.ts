import type { Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { FeatureStoreConfig } from "../repository/feature-store-config.js";
import { registryFile } from "../repository/registry-place.js";
import { FileRegistry } from "./file-registry.js";
import { SqlRegistry } from "./sql-registry.js";
import type { RegistrySource } from "./registry-source.js";

/** The registry of a repository, where its settings say. `folder` is absolute. */
export async function openRegistry(
  { registry: { place }, project }: FeatureStoreConfig,
  folder: string,
  clock: Clock,
  log: SourceLog,
): Promise<RegistrySource> {
  switch (place.type) {
    case "file":
      return new FileRegistry(registryFile(place.path, folder), place.path);
    case "sqlite": {
      const { sqliteRegistry } = await import("./sqlite-registry.js");
      const database = await sqliteRegistry(registryFile(place.path, folder), clock, log);
      return new SqlRegistry(database, project, place.path);
    }
    case "postgres": {
      const { postgresRegistry } = await import("./postgres-registry.js");
      const { host, port, database: name } = place.settings;
      const database = postgresRegistry(place.settings, folder, log);
      return new SqlRegistry(database, project, `postgresql://${host}:${port}/${name}`);
    }
  }
}
