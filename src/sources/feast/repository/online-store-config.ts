import { baseUrlOf, type BaseUrl } from "../../../connections/http/base-url.js";
import type { RedisSettings } from "../../../connections/redis/redis-options.js";
import { postgresTls, sslModes, type PostgresTls } from "./postgres-tls.js";
import { readRedisSettings } from "./redis-settings.js";
import type { SettingReader } from "./setting-reader.js";

/** Where the features are kept, as far as we read it ourselves. */
export type OnlineStoreConfig =
  | { readonly type: "sqlite"; readonly path: string }
  | ({ readonly type: "redis" } & RedisSettings)
  | ({ readonly type: "postgres" } & PostgresSettings)
  | ({ readonly type: "dynamodb" } & DynamoSettings)
  | ({ readonly type: "remote" } & ServerSettings)
  | { readonly type: "none" };

export interface PostgresSettings extends PostgresTls {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Where tables are looked for, in order. */
  readonly schemas: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly maxConnections: number;
}

export interface DynamoSettings {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly tableTemplate: string;
  readonly batchSize: number;
  readonly isConsistent: boolean;
}

/** How a feature server is reached. */
export interface ServerSettings {
  readonly url: BaseUrl;
  /** The certificates to trust. */
  readonly caFile: string | undefined;
  readonly connections: number | undefined;
}

const native = ["sqlite", "redis", "postgres", "dynamodb", "remote"];

/** Class paths of Feast's own stores, by their end, as old repositories have them. */
const classes: Readonly<Record<string, string>> = {
  SqliteOnlineStore: "sqlite",
  RedisOnlineStore: "redis",
  PostgreSQLOnlineStore: "postgres",
  DynamoDBOnlineStore: "dynamodb",
  RemoteOnlineStore: "remote",
};

/** What changes what is written, how it is searched, or how Feast itself goes about reading. */
const harmless: Readonly<Record<Exclude<OnlineStoreConfig["type"], "none">, readonly string[]>> = {
  sqlite: [
    ...["vector_enabled", "vec_enabled", "vector_len", "similarity", "text_search_enabled"],
    "enable_openai_compatible_store",
  ],
  redis: ["key_ttl_seconds", "full_scan_for_deletion", "skip_dedup", "client"],
  postgres: [
    ...["min_conn", "conn_type", "keepalives_idle", "max_batched_result_rows"],
    ...["vector_enabled", "pgvector_enabled", "vector_len", "similarity", "enable_openai_compatible_store"],
  ],
  dynamodb: [
    ...["warmup_connections", "tags", "session_based_auth", "sort_response", "max_read_workers"],
    ...["max_pool_connections", "keepalive_timeout", "connect_timeout", "read_timeout"],
    ...["total_max_retry_attempts", "retry_mode"],
  ],
  remote: ["connection_idle_timeout", "connection_retries"],
};

/** Reads `online_store`. Throws RepositoryError and UnsupportedError. */
export function readOnlineStore(top: SettingReader): OnlineStoreConfig {
  const isWritten = top.isWritten("online_store");
  const value = top.value("online_store");
  if (isWritten && (value === null || /^(none|null)$/i.test(String(value)))) return { type: "none" };
  const settings = top.within("online_store", "type");
  const store = readStore(settings);
  settings.finish(harmless[store.type]);
  return store;
}

function readStore(settings: SettingReader): Exclude<OnlineStoreConfig, { type: "none" }> {
  const named = settings.text("type", "sqlite");
  const type = /^feast\./.test(named) ? (classes[named.slice(named.lastIndexOf(".") + 1)] ?? named) : named;
  switch (type) {
    case "sqlite":
      return { type, path: settings.text("path", "data/online.db") };
    case "redis":
      return { type, ...readRedisSettings(settings) };
    case "postgres":
      return { type, ...readPostgres(settings) };
    case "dynamodb":
      return { type, ...readDynamo(settings) };
    case "remote":
      return { type, ...readServer(settings) };
    default:
      throw settings.unsupported("type", `the online store "${named}"`, native);
  }
}

function readServer(settings: SettingReader): ServerSettings {
  const written = settings.text("path", "http://localhost:6566");
  if (!URL.canParse(written) || !/^https?:/.test(written)) {
    throw settings.refuse("path", "is no URL of a feature server");
  }
  const cert = settings.text("cert", "");
  const caFile = cert === "" ? undefined : cert;
  settings.certificates({ ca: { name: "cert", path: caFile } });
  return { url: baseUrlOf(new URL(written)), caFile, connections: settings.number("connection_pool_size") };
}

function readPostgres(settings: SettingReader): PostgresSettings {
  const user = settings.required("user");
  const schema = settings.text("db_schema", "public");
  const sslMode = settings.oneOf("sslmode", sslModes, "require");
  const named = (name: string) => ({ name, path: settings.text(name) });
  const tls = postgresTls(settings, sslMode, {
    ca: named("sslrootcert_path"),
    cert: named("sslcert_path"),
    key: named("sslkey_path"),
  });
  return {
    host: settings.required("host"),
    port: settings.number("port", 5432),
    database: settings.required("database"),
    schemas: [...new Set([schema === "" ? user : schema, "public"])],
    user,
    password: settings.required("password"),
    ...tls,
    maxConnections: settings.number("max_conn", 10),
  };
}

function readDynamo(settings: SettingReader): DynamoSettings {
  return {
    region: settings.required("region"),
    endpoint: settings.text("endpoint_url"),
    tableTemplate: settings.text("table_name_template", "{project}.{table_name}"),
    batchSize: Math.min(100, settings.number("batch_size", 100)),
    isConsistent: settings.boolean("consistent_reads", false),
  };
}
