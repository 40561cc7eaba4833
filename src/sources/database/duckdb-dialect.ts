import { isAbsolute, join } from "node:path";
import type { DuckdbStatement, DuckdbValue } from "../../connections/duckdb/duckdb-protocol.js";
import { openDuckdb } from "../../connections/duckdb/open-duckdb.js";
import type { Opening, Source } from "../../contracts/source.js";
import type { FileAddress } from "./connection-string.js";
import type { DatabaseCall, Dialect } from "./dialect.js";
import { duckdbLexis } from "./lexis.js";
import { OpenedDatabase } from "./opened-database.js";
import type { ParameterType } from "./parameter-type.js";
import type { DatabaseSettings } from "./settings.js";

const defaultConnections = 2;

/** DuckDB, in this process and for reading only: Parquet and CSV files, and analytical queries. */
export const duckdbDialect: Dialect<DuckdbStatement, DuckdbValue> = {
  name: "duckdb",
  lexis: duckdbLexis,
  sessionVerbs: new Set(),
  onlyReads: true,
  repeatsPlaceholders: true,
  values: { hasExactDecimals: false, single: (value) => value, list: (items) => items },
  placeholder(position, { rule: { type }, isList }) {
    const cast = type === undefined ? undefined : casts[type];
    if (isList) {
      const list = cast === undefined ? `$${position}` : `CAST($${position} AS ${cast}[])`;
      return `SELECT unnest(${list})`;
    }
    return cast === undefined ? `$${position}` : `CAST($${position} AS ${cast})`;
  },
  statement: (text, { effect, returns, maxRows }) => ({ text, effect, returns, maxRows }),
  catalogue: `
    SELECT table_name AS "table", column_name AS "column", data_type AS "type", is_nullable = 'YES' AS "nullable",
           column_default IS NOT NULL AS "defaulted", false AS "key"
    FROM information_schema.columns ORDER BY table_name, ordinal_position`,
  open: (opening) => openDuckdbSource(opening),
};

/** `importModule` loads the driver from another place. */
export async function openDuckdbSource(
  { settings, projectFolder, host, log }: Opening<DatabaseSettings>,
  importModule?: (name: string) => Promise<unknown>,
): Promise<Source<DatabaseCall<DuckdbStatement, DuckdbValue>>> {
  const { path } = settings.connection_string as FileAddress;
  const options = {
    path: path === undefined || isAbsolute(path) ? path : join(projectFolder, path),
    filesFolder: projectFolder,
    poolSize: settings.pool_size ?? defaultConnections,
    poolTimeoutMs: settings.pool_timeout,
    idleTimeoutMs: settings.idle_timeout,
    maxLifetimeMs: settings.max_lifetime,
    clock: host.clock,
    log,
  };
  return new OpenedDatabase(await openDuckdb(options, importModule), duckdbDialect, log);
}

const casts: Partial<Readonly<Record<ParameterType, string>>> = {
  string: "VARCHAR",
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMPTZ",
  json: "JSON",
};
