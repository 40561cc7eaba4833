import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import { text } from "../../schema/scalars.js";
import type { Tree } from "../../schema/tree.js";
import { readFilePath } from "./file-path.js";
import { readServerAddress, type ServerAddress, type ServerDialect } from "./server-address.js";

export type DialectName = "sqlite" | "postgresql" | "mysql" | "duckdb";

/** Where a database is. */
export type ConnectionString = FileAddress | ServerAddress;

/** A file, or none for a DuckDB that only reads other files. The path begins at the project unless it is absolute. */
export interface FileAddress {
  readonly dialect: "sqlite" | "duckdb";
  readonly path: string | undefined;
}

/** A connection string as SQLAlchemy writes them; the suffix that names a driver is dropped. */
export function connectionString(): Schema<ConnectionString> {
  return mapped(text("a URL such as `sqlite:///data/local.db`"), readConnectionString);
}

const schemes: ReadonlyMap<string, DialectName> = new Map([
  ["sqlite", "sqlite"],
  ["postgresql", "postgresql"],
  ["postgres", "postgresql"],
  ["mysql", "mysql"],
  ["mariadb", "mysql"],
  ["duckdb", "duckdb"],
]);
const form = /^([a-z][a-z0-9]*)(\+[a-z0-9_]+)?:\/\/(.*)$/is;

function readConnectionString(
  value: string,
  tree: Tree,
  context: CheckContext,
): ConnectionString | undefined {
  const [, scheme, driver, rest] = form.exec(value) ?? [];
  if (scheme === undefined || rest === undefined) {
    const reason = "A connection string is a URL: its database, `://`, and where it is.";
    return context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, {
      hint: "Write `sqlite:///data/local.db`; with four slashes the path is absolute.",
    });
  }
  if (hasLiteralPassword(tree)) {
    const facts = { key: "connection_string", variable: "DB_PASSWORD" };
    return context.report.add("CONFIG_SECRET_LITERAL", facts, tree.location, {
      hint: "Write `${DB_PASSWORD}` in its place and set DB_PASSWORD in the environment or in .env.",
    });
  }
  const dialect = schemes.get(scheme.toLowerCase());
  if (dialect === undefined) {
    const known = [...schemes.keys()];
    return context.report.add("DATABASE_SCHEME_UNKNOWN", { found: scheme, known }, tree.location);
  }
  if (driver !== undefined) noteDriver(scheme, driver, tree, context);
  return isFile(dialect)
    ? readFilePath(dialect, rest, tree, context)
    : readServerAddress(dialect, rest, tree, context);
}

function noteDriver(scheme: string, driver: string, tree: Tree, context: CheckContext): void {
  if (tree.kind !== "scalar" || tree.isVariable) return;
  const written = scheme + driver;
  context.report.add("SPELLING_RETIRED", { written, instead: scheme }, tree.locate(0, written.length));
}

function isFile(dialect: DialectName): dialect is Exclude<DialectName, ServerDialect> {
  return dialect === "sqlite" || dialect === "duckdb";
}

/** The password as it was written, before variables were replaced. */
function hasLiteralPassword(tree: Tree): boolean {
  if (tree.kind !== "scalar" || tree.isVariable) return false;
  const written = tree.written ?? String(tree.value);
  const password = /^[^:/]+:\/\/[^:@/?#]*:([^@]+)@/.exec(written)?.[1];
  return password !== undefined && !password.includes("${");
}
