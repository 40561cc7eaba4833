import { isAbsolute, join } from "node:path";
import { openSqlite } from "../../connections/sqlite/database.js";
import { describeStatement } from "../../connections/sqlite/describe-statement.js";
import type { InitSettings, SqliteStatement, SqliteValue } from "../../connections/sqlite/protocol.js";
import type { FileAddress } from "./connection-string.js";
import type { SqlDatabase } from "../../connections/sql/sql-database.js";
import type { Dialect } from "./dialect.js";
import { sqliteLexis } from "./lexis.js";
import { OpenedDatabase } from "./opened-database.js";
import { pragmaStatements } from "./pragmas.js";
import type { DatabaseSettings } from "./settings.js";

const defaultReaders = 2;
const changeVerbs = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE"]);

/** SQLite, in the project's own process. */
export const sqliteDialect: Dialect<SqliteStatement, SqliteValue> = {
  name: "sqlite",
  lexis: sqliteLexis,
  sessionVerbs: new Set(["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH"]),
  repeatsPlaceholders: true,
  values: {
    hasExactDecimals: false,
    single: (value) => value,
    list: (items) =>
      `[${items.map((item) => (typeof item === "bigint" ? String(item) : JSON.stringify(item))).join(",")}]`,
  },
  placeholder(position, { rule, isList }) {
    if (isList) return `SELECT value FROM json_each(?${position})`;
    return rule.type === "number" ? `CAST(?${position} AS REAL)` : `?${position}`;
  },
  statement: (text, { effect, returns, maxRows, verb, insertsInto }) => ({
    text,
    effect,
    returns,
    maxRows,
    changesRows: effect === "write" && changeVerbs.has(verb),
    insertsInto,
  }),
  catalogue: `
    SELECT t.name AS "table", c.name AS "column", c.type AS "type", c."notnull" = 0 AND c.pk = 0 AS "nullable",
           c.dflt_value IS NOT NULL OR (c.pk = 1 AND c.type = 'INTEGER' COLLATE NOCASE) AS "defaulted",
           c.pk > 0 AS "key"
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^'
    ORDER BY t.name, c.cid`,
  async open({ settings, projectFolder, host, log }) {
    const inProject = (path: string) => (isAbsolute(path) ? path : join(projectFolder, path));
    const database = await openSqlite({
      path: inProject((settings.connection_string as FileAddress).path!),
      readers: settings.pool_size ?? defaultReaders,
      poolTimeoutMs: settings.pool_timeout,
      pragmas: pragmaStatements(settings.options?.pragmas),
      init: initSettings(settings, inProject),
      clock: host.clock,
      log,
    });
    const run: SqlDatabase<SqliteStatement, SqliteValue>["run"] = (
      statement,
      values,
      _deadlineMs,
      receiver,
    ) => database.run(statement, values, receiver);
    const describe = (statement: SqliteStatement) => describeStatement(database, statement);
    return new OpenedDatabase({ ...database, run, describe }, sqliteDialect, log);
  },
};

function initSettings(
  { init_sql: scripts = [], init_csv: tables = new Map<string, string>() }: DatabaseSettings,
  inProject: (path: string) => string,
): InitSettings | undefined {
  if (scripts.length === 0 && tables.size === 0) return undefined;
  return {
    scripts: scripts.map((shown) => ({ shown, path: inProject(shown) })),
    tables: [...tables].map(([table, shown]) => ({ table, shown, path: inProject(shown) })),
  };
}
