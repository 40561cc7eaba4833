import { openSqlite, type SqliteDatabase } from "../../../connections/sqlite/database.js";
import type { SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import type { RegistryQueries } from "./sql-registry.js";

/** The tables of a registry in an SQLite file. */
export async function sqliteQueries(path: string, clock: Clock, log: SourceLog): Promise<RegistryQueries> {
  const settings = { path, readers: 1, readsOnly: true, poolTimeoutMs: 5_000, pragmas: [], init: undefined };
  const database = await openSqlite({ ...settings, clock, log });
  const rows = (text: string, project: string) => ask(database, text, project);
  return {
    async messages(table, column, project) {
      const text = `SELECT hex(${column}) AS bytes FROM ${table} WHERE project_id = ?1`;
      return (await orNone(rows(text, project))).map(({ bytes }) => Buffer.from(String(bytes), "hex"));
    },
    async versions(project) {
      const text = `SELECT hex(feature_view_proto) AS bytes, feature_view_type AS kind, version_number AS version
        FROM feature_view_version_history WHERE project_id = ?1`;
      return (await orNone(rows(text, project))).map(
        ({ bytes, kind, version }) =>
          [Buffer.from(String(bytes), "hex"), String(kind), Number(version)] as const,
      );
    },
    async lastUpdated(project) {
      const text = `SELECT metadata_key AS name, metadata_value AS value
        FROM feast_metadata WHERE project_id = ?1 ORDER BY metadata_key`;
      return JSON.stringify(await rows(text, project));
    },
    close: () => database.close(),
  };
}

function ask(database: SqliteDatabase, text: string, project: string): Promise<readonly JsonObject[]> {
  const statement: SqliteStatement = {
    ...{ text, effect: "read", returns: "many", maxRows: 1_000_000 },
    ...{ changesRows: false, insertsInto: undefined },
  };
  return new Promise((resolve, reject) => {
    database.run(statement, [project], {
      succeed: (value: JsonValue) => resolve(value as readonly JsonObject[]),
      fail: (fault) => reject(new Error(fault.message)),
    });
  });
}

/** Tables that a release does not have yet hold nothing. */
async function orNone(rows: Promise<readonly JsonObject[]>): Promise<readonly JsonObject[]> {
  try {
    return await rows;
  } catch (error) {
    if (/no such table/.test((error as Error).message)) return [];
    throw error;
  }
}
