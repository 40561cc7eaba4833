import type { JsonValue } from "../../expression/value.js";
import { RowCollector, unusableNames, type ColumnReaders } from "../sql/row-collector.js";
import type { SqlReceiver } from "../sql/sql-database.js";
import type { SqlFault } from "../sql/sql-fault.js";
import { columnReader } from "./column-reader.js";
import { mysqlFault } from "./mysql-fault.js";
import type { MysqlChange, MysqlColumn, MysqlCommand, MysqlError } from "./mysql-protocol.js";
import type { MysqlStatement } from "./mysql-statement.js";

/** Follows a running statement to its end, and tells the receiver once how it ended. */
export function followCommand(
  command: MysqlCommand,
  statement: MysqlStatement,
  budgetMs: number,
  receiver: SqlReceiver,
  onSurplus: () => void,
): void {
  const rows = new RowCollector(statement, onSurplus);
  let columns: ColumnReaders | undefined;
  let change: MysqlChange | undefined;
  let fault: SqlFault | undefined;
  let hasEnded = false;
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    fault ??= rows.fault;
    if (fault !== undefined) receiver.fail(fault);
    else receiver.succeed(statement.returns === "none" ? changeValue(change, statement) : rows.value);
  };
  command
    .on("fields", (fields) => {
      columns = fields && readersOf(fields);
      if (columns !== undefined && statement.returns !== "none") fault ??= unusableNames(columns.names);
    })
    .on("result", (result) => {
      if (columns === undefined) change = result as MysqlChange;
      else if (fault === undefined) fault = addRow(rows, result as readonly unknown[], columns);
    })
    .on("error", (error: MysqlError) => {
      if (!rows.isStopped) fault ??= mysqlFault(error, budgetMs);
      end();
    })
    .on("end", end);
}

function readersOf(fields: readonly MysqlColumn[]): ColumnReaders {
  return { names: fields.map(({ name }) => name), readers: fields.map(columnReader) };
}

function addRow(rows: RowCollector, row: readonly unknown[], columns: ColumnReaders): SqlFault | undefined {
  try {
    rows.add(row, columns);
    return undefined;
  } catch (error) {
    return { kind: "failed", message: String(error) };
  }
}

/** An insert that made no id, as into a table without one of its own making, answers 0. */
function changeValue(change: MysqlChange | undefined, { inserts, changesRows }: MysqlStatement): JsonValue {
  const id = inserts ? change?.insertId : undefined;
  return {
    affected_rows: changesRows ? (change?.affectedRows ?? 0) : 0,
    last_insert_id: id === undefined || id === 0 || id === "0" ? null : id,
  };
}
