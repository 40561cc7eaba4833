import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject } from "../../../expression/value.js";
import type { PostgresSettings } from "./online-store-config.js";
import { readPostgresUrl } from "./postgres-url.js";
import type { SettingReader } from "./setting-reader.js";

/** Where a registry is kept. */
export type RegistryPlace =
  | { readonly type: "file" | "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly settings: PostgresSettings };

/** Reads where `registry` is. Throws RepositoryError and UnsupportedError. */
export function readRegistryPlace(settings: SettingReader): RegistryPlace {
  const type = settings.text("registry_type", "file");
  if (type === "file") return readFilePlace(settings);
  if (type === "sql") return readSqlPlace(settings);
  throw settings.unsupported("registry_type", `the registry "${type}"`, ["file", "sql"]);
}

function readFilePlace(settings: SettingReader): RegistryPlace {
  const known = ["a local file", "sql"];
  const kind = settings.text("registry_store_type", "FileRegistryStore");
  if (!/(^|\.)FileRegistryStore$/.test(kind)) {
    throw settings.unsupported("registry_store_type", `the registry store "${kind}"`, known);
  }
  const path = settings.required("path");
  const scheme = schemeOf(path);
  if (scheme === undefined) return { type: "file", path };
  if (scheme === "file") return { type: "file", path: fileURLToPath(path) };
  throw settings.unsupported("path", `a registry at "${scheme}://"`, known);
}

function readSqlPlace(settings: SettingReader): RegistryPlace {
  const name = settings.has("read_path") ? "read_path" : "path";
  const path = settings.required("path");
  const url = settings.text("read_path", path);
  readPoolSettings(settings);
  // Three slashes begin a relative path, four an absolute one.
  const [, file] = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/s.exec(url) ?? [];
  if (file !== undefined) return { type: "sqlite", path: file };
  const scheme = schemeOf(url);
  if (/^postgres(ql)?(\+\w+)?$/.test(scheme ?? "")) {
    return { type: "postgres", settings: readPostgresUrl(url, name, settings) };
  }
  const at = scheme === undefined ? "no URL" : `${scheme}://`;
  throw settings.unsupported(name, `an SQL registry at "${at}"`, ["sqlite:///", "postgresql://"]);
}

/** What Feast gives its driver is of its own pool, but for what it connects with. */
function readPoolSettings(settings: SettingReader): void {
  const name = "sqlalchemy_config_kwargs";
  const given = settings.value(name);
  if (isJsonObject(given) && Object.hasOwn(given, "connect_args")) {
    settings.within(name).unused("connect_args", "what to connect with stands in the URL of the registry");
  }
  for (const each of ["thread_pool_executor_worker_count", "schema_mode"]) settings.value(each);
}

function schemeOf(path: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1];
}

/** The absolute path of a registry in a file. */
export function registryFile(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
