import type { JsonValue } from "../../expression/value.js";
import { RowCollector, unusableNames, type ColumnReaders } from "../sql/row-collector.js";
import type { SqlFault } from "../sql/sql-fault.js";
import { columnReader } from "./column-reader.js";
import { PostgresExchange } from "./postgres-exchange.js";
import type { PgConnection, PgField } from "./postgres-protocol.js";
import type { PostgresStatement, PostgresValue } from "./postgres-statement.js";

export interface QueryGiven {
  readonly statement: PostgresStatement;
  /** The types to parse it with; `undefined` where the server knows it already. */
  readonly types: readonly number[] | undefined;
  /** Where the server has a statement of this name that is of no use any more. */
  readonly replaces: boolean;
  /** `undefined` where they are not known yet. */
  readonly columns: ColumnReaders | undefined;
  readonly values: readonly PostgresValue[];
  /** Whether no transaction is open, so that the statement is one of its own. */
  readonly isAlone: boolean;
  readonly onSurplus: () => void;
}

/** How a query ended. Told once, when the session takes the next one. */
export interface QueryOutcome {
  answered(value: JsonValue, columns: ColumnReaders): void;
  unusable(fault: SqlFault, columns: ColumnReaders): void;
  /** `error` is the server's, or tells that the connection broke. */
  failed(error: Error): void;
}

const changeTag = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/;
const noColumns: ColumnReaders = { names: [], readers: [] };

/**
 * One statement on its way through the extended protocol. The first time it is parsed and described; later only bound.
 * A write that gives rows is committed when they have been counted: too many of them undo it.
 */
export class PostgresQuery extends PostgresExchange {
  /** The client keeps a list of what it has parsed, by these. */
  readonly name: string;
  readonly text: string;
  private readonly given: QueryGiven;
  private readonly outcome: QueryOutcome;
  private readonly rows: RowCollector;
  private columns: ColumnReaders | undefined;
  private fault: SqlFault | undefined;
  private affected = 0;
  private isComplete = false;

  constructor(given: QueryGiven, outcome: QueryOutcome) {
    super();
    this.given = given;
    this.outcome = outcome;
    this.name = given.statement.name;
    this.text = given.statement.text;
    this.columns = given.columns;
    this.rows = new RowCollector(given.statement, given.onSurplus);
  }

  submit(connection: PgConnection): null {
    const { name, text } = this;
    const { types, replaces, values } = this.given;
    connection.stream.cork();
    if (replaces) connection.close({ type: "S", name });
    if (types !== undefined) connection.parse({ name, text, types });
    connection.bind({ statement: name, values });
    if (this.columns === undefined) connection.describe({ type: "P", name: "" });
    connection.execute({});
    if (this.mayUndo) connection.flush();
    else connection.sync();
    connection.stream.uncork();
    return null;
  }

  override handleRowDescription({ fields }: { readonly fields: readonly PgField[] }): void {
    const names = fields.map(({ name }) => name);
    this.columns = { names, readers: fields.map(({ dataTypeID }) => columnReader(dataTypeID)) };
    if (this.given.statement.returns !== "none") this.fault = unusableNames(names);
  }

  override handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.fault !== undefined) return;
    try {
      this.rows.add(fields, this.columns!);
    } catch (error) {
      this.fault = { kind: "failed", message: String(error) };
    }
  }

  override handleCommandComplete({ text }: { readonly text: string }, connection: PgConnection): void {
    if (this.isComplete) return;
    this.isComplete = true;
    this.affected = Number(changeTag.exec(text)?.[1] ?? 0);
    this.fault ??= this.rows.fault;
    if (!this.mayUndo) return;
    if (this.fault !== undefined) {
      connection.parse({ name: "", text: "ROLLBACK", types: [] });
      connection.bind({ statement: "", values: [] });
      connection.execute({});
    }
    connection.sync();
  }

  handleReadyForQuery(): void {
    const columns = this.columns ?? noColumns;
    if (this.fault !== undefined) return this.outcome.unusable(this.fault, columns);
    const { returns } = this.given.statement;
    const change = { affected_rows: this.affected, last_insert_id: null };
    this.outcome.answered(returns === "none" ? change : this.rows.value, columns);
  }

  handleError(error: Error, connection: PgConnection): void {
    if (this.mayUndo && !this.isComplete) connection.sync();
    if (!this.rows.isStopped) return this.outcome.failed(error);
    this.fault ??= this.rows.fault;
    this.handleReadyForQuery();
  }

  override handleEmptyQuery(connection: PgConnection): void {
    if (this.mayUndo) connection.sync();
  }

  private get mayUndo(): boolean {
    const { isAlone, statement } = this.given;
    return isAlone && statement.effect === "write" && statement.returns !== "none";
  }
}
