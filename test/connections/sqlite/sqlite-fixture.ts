import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqliteDatabase, SqliteOptions } from "../../../src/connections/sqlite/database.js";
import { openSqlite } from "../../../src/connections/sqlite/database.js";
import type { SqliteFault, SqliteStatement, SqliteValue } from "../../../src/connections/sqlite/protocol.js";
import type { JsonValue } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";

export interface OpenedSqlite {
  readonly database: SqliteDatabase;
  readonly log: readonly string[];
  run(statement: SqliteStatement, values?: readonly SqliteValue[]): Promise<JsonValue>;
}

/** A folder that is removed by `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sqlite-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export async function open(path: string, options: Partial<SqliteOptions> = {}): Promise<OpenedSqlite> {
  const log: string[] = [];
  const database = await openSqlite({
    path,
    readers: 2,
    poolTimeoutMs: 5_000,
    pragmas: [],
    init: undefined,
    clock: nodeHost().clock,
    log: (level, message) => void log.push(`${level} ${message}`),
    ...options,
  });
  return { database, log, run: (statement, values = []) => runOn(database, statement, values) };
}

/** A fault rejects as it is. */
export function runOn(
  database: SqliteDatabase,
  statement: SqliteStatement,
  values: readonly SqliteValue[] = [],
): Promise<JsonValue> {
  return new Promise((resolve, reject: (fault: SqliteFault) => void) => {
    database.run(statement, values, { succeed: resolve, fail: reject });
  });
}

export function read(text: string, more: Partial<SqliteStatement> = {}): SqliteStatement {
  const defaults = { returns: "value", maxRows: 10_000, changesRows: false, insertsInto: undefined } as const;
  return { text, effect: "read", ...defaults, ...more };
}

export function write(text: string): SqliteStatement {
  return read(text, { effect: "write", returns: "none", changesRows: true });
}
