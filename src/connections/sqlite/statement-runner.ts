import type { JsonValue } from "../../expression/value.js";
import { columnReader, integerValue } from "./column-value.js";
import type { DriverStatement, SqliteConnection } from "./driver.js";
import { FaultError } from "../sql/sql-fault.js";
import type { SqliteStatement, SqliteValue } from "./protocol.js";

export type RunStatement = (values: readonly SqliteValue[]) => JsonValue;

/** Prepares a statement on a connection. The answer runs it, and throws what the driver throws or a FaultError. */
export function prepareStatement(
  connection: SqliteConnection,
  statement: SqliteStatement,
  isInTransaction: () => boolean,
): RunStatement {
  const prepared = connection.prepare(statement.text);
  if (statement.isDescribed === true) {
    const columns = prepared.columns().map(({ name, type }) => ({ name, type }));
    return () => columns;
  }
  prepared.setReadBigInts(true);
  if (statement.returns === "none") return changeRunner(connection, prepared, statement);
  const readRow = rowReader(prepared);
  const read = rowsRunner(prepared, readRow, statement);
  return statement.changesRows ? undoneOnFailure(connection, read, isInTransaction) : read;
}

function changeRunner(
  connection: SqliteConnection,
  prepared: DriverStatement,
  { changesRows, insertsInto }: SqliteStatement,
): RunStatement {
  const hasInsertId = insertsInto !== undefined && hasRowId(connection, insertsInto);
  return (values) => {
    const { changes, lastInsertRowid } = prepared.run(...values);
    const affected = changesRows ? Number(changes) : 0;
    return {
      affected_rows: affected,
      last_insert_id: hasInsertId && affected > 0 ? integerValue(lastInsertRowid) : null,
    };
  };
}

/** Views and tables without row ids leave the id of an earlier insert behind. */
function hasRowId(connection: SqliteConnection, table: string): boolean {
  const found = connection
    .prepare("SELECT 1 FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE AND type = 'table' AND wr = 0")
    .get(table);
  return found !== undefined;
}

function rowsRunner(
  prepared: DriverStatement,
  readRow: RowReader,
  { returns, maxRows, changesRows }: SqliteStatement,
): RunStatement {
  if (returns === "value" && !changesRows) {
    return (values) => {
      const row = prepared.get(...values);
      return row === undefined ? null : readRow.first(row);
    };
  }
  const limit = returns === "one" ? 1 : returns === "value" ? Infinity : maxRows;
  const readAll: RunStatement = (values) => {
    const rows: JsonValue[] = [];
    for (const row of prepared.iterate(...values)) {
      if (rows.length >= limit) throw tooManyRows(limit);
      rows.push(returns === "value" ? readRow.first(row) : readRow.object(row));
    }
    return returns === "many" ? rows : (rows[0] ?? null);
  };
  return readAll;
}

function tooManyRows(limit: number): FaultError {
  return new FaultError({ kind: "too_many_rows", limit, message: `more than ${limit} rows` });
}

/** A change whose answer cannot be used must not have happened; in a transaction, who began it sees to that. */
function undoneOnFailure(
  connection: SqliteConnection,
  run: RunStatement,
  isInTransaction: () => boolean,
): RunStatement {
  return (values) => {
    if (isInTransaction()) return run(values);
    connection.exec("BEGIN IMMEDIATE");
    try {
      const value = run(values);
      connection.exec("COMMIT");
      return value;
    } catch (error) {
      rollBack(connection);
      throw error;
    }
  };
}

/** Some failures have rolled back by themselves; rolling back again is an error that means nothing. */
export function rollBack(connection: SqliteConnection): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    return;
  }
}

interface RowReader {
  object(row: unknown): JsonValue;
  first(row: unknown): JsonValue;
}

function rowReader(prepared: DriverStatement): RowReader {
  const columns = prepared.columns();
  const names = columns.map(({ name }) => name);
  const readers = columns.map(({ type }) => columnReader(type));
  refuseUnusableNames(names);
  prepared.setReturnArrays?.(true);
  const keys: readonly (string | number)[] =
    prepared.setReturnArrays === undefined ? names : [...names.keys()];
  const read = (row: unknown, index: number) =>
    readers[index]!((row as Readonly<Record<string | number, unknown>>)[keys[index]!]);
  return {
    object(row) {
      const result: Record<string, JsonValue> = {};
      for (let index = 0; index < names.length; index++) result[names[index]!] = read(row, index);
      return result;
    },
    first: (row) => read(row, 0),
  };
}

function refuseUnusableNames(names: readonly string[]): void {
  const name = names.find((each, index) => each === "__proto__" || names.indexOf(each) !== index);
  if (name === undefined) return;
  const reason = name === "__proto__" ? "cannot be the name of a column" : "is the name of two columns";
  throw new FaultError({
    kind: "failed",
    message: `"${name}" ${reason} of the answer; give it another one with AS`,
    wasSent: false,
  });
}
