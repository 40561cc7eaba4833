import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { QuerySession } from "../sql/query-session.js";
import { RowCollector, unusableNames } from "../sql/row-collector.js";
import type { SqlReceiver, StatementDescription, StatementRefusal } from "../sql/sql-database.js";
import { FaultError, thrownFault } from "../sql/sql-fault.js";
import { placeOfName, placeOfQuote } from "../sql/statement-place.js";
import { columnReader } from "./column-reader.js";
import type {
  DuckdbConnection,
  DuckdbModule,
  DuckdbPrepared,
  DuckdbStatement,
  DuckdbType,
  DuckdbValue,
} from "./duckdb-protocol.js";

/** One connection to a DuckDB in this process, with what it has prepared. */
export class DuckdbSession implements QuerySession<DuckdbStatement, DuckdbValue> {
  onLost: (() => void) | undefined;
  private readonly connection: DuckdbConnection;
  private readonly driver: DuckdbModule;
  private readonly prepared = new Map<DuckdbStatement, DuckdbPrepared>();
  private isClosed = false;

  constructor(connection: DuckdbConnection, driver: DuckdbModule) {
    this.connection = connection;
    this.driver = driver;
  }

  get isUsable(): boolean {
    return !this.isClosed;
  }

  run(
    statement: DuckdbStatement,
    values: readonly DuckdbValue[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void {
    const rows = new RowCollector(statement, onSurplus);
    this.read(statement, values, rows).then(
      (value) => receiver.succeed(value),
      (error: unknown) => {
        if (rows.isStopped && rows.fault === undefined) return receiver.succeed(rows.value);
        const fault = rows.isStopped ? rows.fault! : thrownFault(error);
        const isStopped = /interrupt/i.test(fault.message);
        receiver.fail(isStopped ? { ...fault, kind: "timed_out", limit: Math.round(budgetMs) } : fault);
      },
    );
  }

  async command(text: string): Promise<void> {
    try {
      await this.connection.run(text);
    } catch (error) {
      throw new FaultError(thrownFault(error));
    }
  }

  async describe({ text }: DuckdbStatement): Promise<StatementDescription | StatementRefusal> {
    try {
      const prepared = await this.connection.prepare(text);
      const columns = Array.from({ length: prepared.columnCount }, (_, index) => ({
        name: prepared.columnName(index),
        schema: schemaOf(prepared.columnType(index)),
      }));
      prepared.destroySync();
      return { columns, parameters: [] };
    } catch (error) {
      const [message = ""] = (error as Error).message.split("\n");
      const name = /(?:column|Table with name|Function with name) "?([\p{L}\p{N}_.]+)"?/u.exec(message)?.[1];
      const near = /at or near "(.+)"/.exec(message)?.[1];
      const place = name === undefined ? near && placeOfQuote(text, near) : placeOfName(text, name);
      return { reason: message, place: place === "" ? undefined : place };
    }
  }

  /** Ends what runs. */
  interrupt(): Promise<void> {
    this.connection.interrupt();
    return Promise.resolve();
  }

  /** Queries end with this process, so the server needs no limit of its own. */
  limitStatements(): Promise<void> {
    return Promise.resolve();
  }

  settle(): Promise<void> {
    return this.command("SELECT 1");
  }

  close(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  destroy(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.connection.interrupt();
    this.prepared.clear();
    this.connection.closeSync();
  }

  private async read(
    statement: DuckdbStatement,
    values: readonly DuckdbValue[],
    rows: RowCollector,
  ): Promise<JsonValue> {
    const prepared = this.prepared.get(statement) ?? (await this.connection.prepare(statement.text));
    this.prepared.set(statement, prepared);
    prepared.bind(
      values.map((value) => (isList(value) ? this.driver.listValue(value) : value)),
      values.map((value) => this.typeOf(value)),
    );
    const result = await prepared.stream();
    const columns = { names: result.columnNames(), readers: result.columnTypes().map(columnReader) };
    const unusable = unusableNames(columns.names);
    if (unusable !== undefined) throw new FaultError(unusable);
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const row of chunk.getRows()) rows.add(row, columns);
    }
    if (rows.fault !== undefined) throw new FaultError(rows.fault);
    return rows.value;
  }

  private typeOf(value: DuckdbValue): object {
    const { BIGINT, DOUBLE, VARCHAR, SQLNULL, LIST } = this.driver;
    if (isList(value)) return LIST(value.length === 0 ? VARCHAR : this.typeOf(value[0]!));
    if (value === null) return SQLNULL;
    return typeof value === "bigint" ? BIGINT : typeof value === "number" ? DOUBLE : VARCHAR;
  }
}

function isList(value: DuckdbValue): value is Exclude<DuckdbValue, null | number | bigint | string> {
  return Array.isArray(value);
}

/** By the numbers of DuckDB's types; lists, structures and JSON are left open. */
function schemaOf({ typeId, alias }: DuckdbType): JsonObject {
  if (alias === "JSON") return {};
  if (typeId === 1) return { type: ["boolean", "null"] };
  if ([2, 3, 4, 6, 7, 8].includes(typeId)) return { type: ["integer", "null"] };
  if ([5, 9, 16, 32].includes(typeId)) return { type: ["integer", "string", "null"] };
  if ([10, 11].includes(typeId)) return { type: ["number", "null"] };
  return [12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 27, 30, 31].includes(typeId)
    ? { type: ["string", "null"] }
    : {};
}
