import type { BaseUrl } from "../../../connections/http/base-url.js";
import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import type { RedisSettings } from "../../../connections/redis/redis-options.js";
import { readRedisSettings } from "./redis-settings.js";
import { RepositoryError, UnsupportedError } from "./repository-error.js";
import { SettingReader } from "./setting-reader.js";

/** Where the features are kept, as far as we read it ourselves. */
export type OnlineStoreConfig =
  | { readonly type: "sqlite"; readonly path: string }
  | ({ readonly type: "redis" } & RedisSettings)
  | ({ readonly type: "postgres" } & PostgresSettings)
  | ({ readonly type: "dynamodb" } & DynamoSettings)
  | { readonly type: "remote"; readonly url: BaseUrl }
  | { readonly type: "none" };

export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Where tables are looked for, in order. */
  readonly schemas: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly sslMode: string;
  readonly sslKeyFile: string | undefined;
  readonly sslCertFile: string | undefined;
  readonly sslRootFile: string | undefined;
  readonly maxConnections: number;
}

export interface DynamoSettings {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly tableTemplate: string;
  readonly batchSize: number;
  readonly isConsistent: boolean;
}

const native = ["sqlite", "redis", "postgres", "dynamodb", "remote"];

/** Class paths of old repositories, by their end. */
const classPaths: readonly (readonly [RegExp, string])[] = [
  [/SqliteOnlineStore$/, "sqlite"],
  [/RedisOnlineStore$/, "redis"],
  [/PostgreSQLOnlineStore$/, "postgres"],
  [/DynamoDBOnlineStore$/, "dynamodb"],
  [/RemoteOnlineStore$/, "remote"],
];

/** Reads `online_store`. Throws RepositoryError and UnsupportedError. */
export function readOnlineStore(written: JsonValue, isGiven: boolean): OnlineStoreConfig {
  const value: JsonValue = isGiven ? written : { type: "sqlite" };
  if (value === null || (typeof value === "string" && /^(none|null)$/i.test(value))) return { type: "none" };
  const settings = new SettingReader("online_store", isJsonObject(value) ? value : { type: value });
  const named = settings.text("type", "sqlite");
  const type = classPaths.find(([form]) => form.test(named))?.[1] ?? named;
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
      return { type, url: readServerUrl(settings.text("path", "http://localhost:6566")) };
    default:
      throw new UnsupportedError(`the online store "${named}"`, native);
  }
}

function readServerUrl(written: string): BaseUrl {
  if (!URL.canParse(written) || !/^https?:/.test(written)) {
    throw new RepositoryError('"online_store.path" is no URL of a feature server');
  }
  const { origin, pathname } = new URL(written);
  const path = pathname.replace(/\/+$/, "");
  return { origin, path, fullPath: pathname, authorization: undefined };
}

function readPostgres(settings: SettingReader): PostgresSettings {
  const user = settings.required("user");
  const schema = settings.text("db_schema", "public");
  return {
    host: settings.required("host"),
    port: settings.number("port", 5432),
    database: settings.required("database"),
    schemas: [...new Set([schema === "" ? user : schema, "public"])],
    user,
    password: settings.required("password"),
    sslMode: settings.text("sslmode", "require"),
    sslKeyFile: settings.text("sslkey_path"),
    sslCertFile: settings.text("sslcert_path"),
    sslRootFile: settings.text("sslrootcert_path"),
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
