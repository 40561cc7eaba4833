import type { Cancellable, PoolLoad, Savepoint, TransactionOptions } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { SqlFault } from "./sql-fault.js";

/** One database of any dialect, as a source uses it. `Statement` is what the dialect sends, `Value` what it binds. */
export interface SqlDatabase<Statement, Value> {
  /** The receiver is told once, later than this returns, and not at all after `cancel`. */
  run(statement: Statement, values: readonly Value[], deadlineMs: number, receiver: SqlReceiver): Cancellable;
  /** Has a statement looked at and not run. Rejects with a FaultError where the database cannot be asked. */
  describe(statement: Statement): Promise<StatementDescription | StatementRefusal>;
  /** Rejects with a FaultError. */
  begin(options: TransactionOptions): Promise<SqlTransaction<Statement, Value>>;
  /** Rejects with an OrchestratorError where the database cannot be reached. */
  probe(): Promise<void>;
  /** How its connections are used at the moment, where it can tell. */
  load?(): PoolLoad;
  /** Waits a moment for what runs. Can be called twice. */
  close(): Promise<void>;
}

export interface SqlReceiver {
  succeed(value: JsonValue): void;
  fail(fault: SqlFault): void;
}

/** A transaction as `Transaction` of the contract describes it, with the dialect's statements and with FaultErrors. */
export interface SqlTransaction<Statement, Value> {
  run(statement: Statement, values: readonly Value[], deadlineMs: number, receiver: SqlReceiver): Cancellable;
  savepoint(): Promise<Savepoint>;
  rollbackTo(savepoint: Savepoint): Promise<void>;
  release(savepoint: Savepoint): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** What a database says of a statement. */
export interface StatementDescription {
  /** Empty for a statement without rows. */
  readonly columns: readonly DescribedColumn[];
  /** What each placeholder takes, in their order, where the database tells it. */
  readonly parameters: readonly ("integer" | "number" | "boolean" | "other")[];
}

export interface DescribedColumn {
  readonly name: string;
  /** The JSON Schema of its values. */
  readonly schema: JsonObject;
}

/** Why a database does not take a statement, and where in its text. */
export interface StatementRefusal {
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly place?: { readonly start: number; readonly end: number } | undefined;
}
