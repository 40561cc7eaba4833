import { loadDriver } from "../../../connections/sqlite/driver.js";
import type { RegistryContent } from "./model.js";
import {
  contentOf,
  contentQuery,
  presentTables,
  type RegistryDialect,
  type RegistryRow,
} from "./registry-tables.js";

export const sqliteDialect: RegistryDialect = {
  tables: "SELECT name FROM sqlite_schema WHERE type = 'table'",
  parameter: "?1",
  hex: (column) => `hex(${column})`,
};

const lockTimeoutMs = 1_000;

/**
 * Reads a registry in an SQLite file at once, for checks while loading. Throws DriverMissing, WireError, and the
 * driver's errors.
 */
export function readSqliteRegistry(path: string, project: string): RegistryContent {
  const { DatabaseSync } = loadDriver();
  const database = new DatabaseSync(path, { readOnly: true, timeout: lockTimeoutMs });
  try {
    const all = (text: string, ...values: string[]) => database.prepare(text).all(...values);
    const present = presentTables(all(sqliteDialect.tables) as object[]);
    return contentOf(all(contentQuery(present, sqliteDialect), project) as RegistryRow[], project);
  } finally {
    database.close();
  }
}
