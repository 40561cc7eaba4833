import { openSqlite } from "../../../connections/sqlite/database.js";
import type { SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import type { RegistryDatabase } from "./sql-registry.js";
import { sqliteDialect } from "./sqlite-registry-file.js";

/** The tables of a registry in an SQLite file, read in a thread. */
export async function sqliteRegistry(path: string, clock: Clock, log: SourceLog): Promise<RegistryDatabase> {
  const settings = { path, readers: 1, readsOnly: true, poolTimeoutMs: 5_000, pragmas: [], init: undefined };
  const database = await openSqlite({ ...settings, clock, log });
  // The thread keeps what it was given once, so the same text must be the same statement.
  const statements = new Map<string, SqliteStatement>();
  return {
    dialect: sqliteDialect,
    query(text, values) {
      const statement = statements.get(text) ?? reading(text);
      statements.set(text, statement);
      return new Promise((resolve, reject) => {
        database.run(statement, values, {
          succeed: (value: JsonValue) => resolve(value as readonly JsonObject[]),
          fail: (fault) => reject(new Error(fault.message)),
        });
      });
    },
    close: () => database.close(),
  };
}

function reading(text: string): SqliteStatement {
  return {
    ...{ text, effect: "read", returns: "many", maxRows: 1_000_000 },
    ...{ changesRows: false, insertsInto: undefined },
  };
}
