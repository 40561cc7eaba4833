import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PostgresSettings } from "./online-store-config.js";
import { readPostgresUrl } from "./postgres-url.js";
import { UnsupportedError } from "./repository-error.js";
import type { SettingReader } from "./setting-reader.js";

/** Where a registry is kept. */
export type RegistryPlace =
  | { readonly type: "file" | "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly settings: PostgresSettings };

/** Reads where `registry` is. Throws RepositoryError and UnsupportedError. */
export function readRegistryPlace(settings: SettingReader): RegistryPlace {
  const type = settings.text("registry_type", "file");
  if (type !== "file" && type !== "sql")
    throw new UnsupportedError(`the registry "${type}"`, ["file", "sql"]);
  const path = settings.text("read_path") ?? settings.required("path");
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(path) ?? [];
  if (type === "file") {
    if (scheme === undefined) return { type, path };
    if (scheme === "file") return { type, path: fileURLToPath(path) };
    throw new UnsupportedError(`a registry at "${scheme}://"`, ["a local file", "sql"]);
  }
  // Three slashes begin a relative path, four an absolute one.
  const [, file] = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/s.exec(path) ?? [];
  if (file !== undefined) return { type: "sqlite", path: file };
  if (/^postgres(ql)?(\+\w+)?$/.test(scheme ?? ""))
    return { type: "postgres", settings: readPostgresUrl(path) };
  const known = ["sqlite:///", "postgresql://"];
  throw new UnsupportedError(
    `an SQL registry at "${scheme === undefined ? "no URL" : `${scheme}://`}"`,
    known,
  );
}

/** The absolute path of a registry in a file. */
export function registryFile(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
