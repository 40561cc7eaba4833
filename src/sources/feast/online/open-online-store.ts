import { isAbsolute, join } from "node:path";
import type { Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import { failure } from "../../../problems/orchestrator-error.js";
import type { FeatureStoreConfig } from "../repository/feature-store-config.js";
import type { OnlineStore } from "./online-store.js";

export interface StoreOptions {
  /** Absolute: the repository's folder, where relative paths begin. */
  readonly folder: string;
  /** How long an answer of a server may be. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** Opens the online store of a repository. Each kind, and its driver, is loaded only when it is used. */
export async function openOnlineStore(
  { store, project }: FeatureStoreConfig,
  { folder, maxBytes, clock, log }: StoreOptions,
): Promise<OnlineStore> {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(folder, path));
  const file = (path: string | undefined) => (path === undefined ? undefined : absolute(path));
  switch (store.type) {
    case "sqlite": {
      const { openSqliteStore } = await import("./sqlite-store.js");
      return openSqliteStore({ path: absolute(store.path), project, clock, log });
    }
    case "redis": {
      const { RedisStore } = await import("./redis-store.js");
      const { tls } = store;
      const files = tls && {
        caFile: file(tls.caFile),
        certFile: file(tls.certFile),
        keyFile: file(tls.keyFile),
      };
      return new RedisStore({ ...store, tls: tls && { ...tls, ...files }, clock, log }, project);
    }
    case "postgres": {
      const { PostgresStore } = await import("./postgres-store.js");
      return new PostgresStore({ settings: store, folder, maxBytes, log }, project);
    }
    case "dynamodb": {
      const { openDynamoStore } = await import("./dynamodb-store.js");
      return openDynamoStore(store, project, { clock, log });
    }
    default:
      throw failure("FEAST_REPOSITORY_INVALID", {
        file: "feature_store.yaml",
        reason: "it has no online store",
      });
  }
}
