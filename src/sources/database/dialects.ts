import type { DialectName } from "./connection-string.js";
import type { Dialect } from "./dialect.js";
import { duckdbDialect } from "./duckdb-dialect.js";
import { mysqlDialect } from "./mysql-dialect.js";
import { postgresDialect } from "./postgres-dialect.js";
import type { DatabaseSettings } from "./settings.js";
import { sqliteDialect } from "./sqlite-dialect.js";

const dialects = {
  sqlite: sqliteDialect,
  postgresql: postgresDialect,
  mysql: mysqlDialect,
  duckdb: duckdbDialect,
} as unknown as Readonly<Record<DialectName, Dialect<unknown, unknown>>>;

/** The dialect of a source. What it sends and binds is its own affair, hence `unknown`. */
export function dialectOf({ connection_string: { dialect } }: DatabaseSettings): Dialect<unknown, unknown> {
  return dialects[dialect];
}
