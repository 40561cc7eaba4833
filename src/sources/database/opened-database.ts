import { failLater } from "../../connections/fail-later.js";
import type { SqlDatabase } from "../../connections/sql/sql-database.js";
import { faultError, thrownFault, type SqlFault } from "../../connections/sql/sql-fault.js";
import type {
  CallContext,
  CallDescription,
  Cancellable,
  PoolLoad,
  Receiver,
  Source,
  SourceLog,
  TableDescription,
  Transaction,
  TransactionOptions,
} from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { callDescription } from "./call-description.js";
import { catalogueStatement, tablesOf, type CatalogueRow } from "./catalogue.js";
import type { DatabaseCall, Dialect } from "./dialect.js";

/** A database as a source: binds the values, sends the statement, words the failures. */
export class OpenedDatabase<SentStatement, Value> implements Source<DatabaseCall<SentStatement, Value>> {
  private readonly database: SqlDatabase<SentStatement, Value>;
  private readonly dialect: Dialect<SentStatement, Value>;
  private readonly log: SourceLog;

  constructor(
    database: SqlDatabase<SentStatement, Value>,
    dialect: Dialect<SentStatement, Value>,
    log: SourceLog,
  ) {
    this.database = database;
    this.dialect = dialect;
    this.log = log;
  }

  start(
    call: DatabaseCall<SentStatement, Value>,
    parameters: JsonObject,
    context: CallContext,
    receiver: Receiver,
  ): Cancellable {
    return this.run(this.database, call, parameters, context, receiver);
  }

  async begin(options: TransactionOptions): Promise<Transaction<DatabaseCall<SentStatement, Value>>> {
    const transaction = await this.worded(this.database.begin(options));
    return {
      start: (call, parameters, context, receiver) =>
        this.run(transaction, call, parameters, context, receiver),
      savepoint: () => this.worded(transaction.savepoint()),
      rollbackTo: (savepoint) => this.worded(transaction.rollbackTo(savepoint)),
      release: (savepoint) => this.worded(transaction.release(savepoint)),
      commit: () => this.worded(transaction.commit()),
      rollback: () => transaction.rollback(),
    };
  }

  async describe(calls: readonly DatabaseCall<SentStatement, Value>[]): Promise<readonly CallDescription[]> {
    const descriptions: CallDescription[] = [];
    for (const call of calls) {
      const { problems, shape } = await this.descriptionOf(call);
      const many = call.batch?.call as DatabaseCall<SentStatement, Value> | undefined;
      const more = many === undefined ? [] : (await this.descriptionOf(many)).problems;
      descriptions.push({ problems: [...problems, ...more], shape });
    }
    return descriptions;
  }

  private async descriptionOf(call: DatabaseCall<SentStatement, Value>): Promise<CallDescription> {
    return callDescription(call, await this.worded(this.database.describe(call.statement)));
  }

  async tables(): Promise<readonly TableDescription[]> {
    const rows = await new Promise<JsonValue>((resolve, reject: (error: OrchestratorError) => void) => {
      this.database.run(catalogueStatement(this.dialect), [], Infinity, {
        succeed: resolve,
        fail: (fault) => reject(faultError(fault)),
      });
    });
    return tablesOf(rows as unknown as readonly CatalogueRow[], this.dialect.name);
  }

  probe(): Promise<void> {
    return this.database.probe();
  }

  load(): PoolLoad | undefined {
    return this.database.load?.();
  }

  close(): Promise<void> {
    return this.database.close();
  }

  private run(
    through: Pick<SqlDatabase<SentStatement, Value>, "run">,
    call: DatabaseCall<SentStatement, Value>,
    parameters: JsonObject,
    { deadlineMs }: CallContext,
    receiver: Receiver,
  ): Cancellable {
    const values = call.bind(parameters);
    if (values instanceof Error) return failLater(receiver, values);
    return through.run(call.statement, values, deadlineMs, {
      succeed: (value) => receiver.succeed({ value }),
      fail: (fault) => receiver.fail(this.errorOf(fault, call)),
    });
  }

  /** With the errors that callers get in place of faults. */
  private async worded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const fault = thrownFault(error);
      this.log("warn", fault.message);
      throw faultError(fault);
    }
  }

  /** The database's own words go to the log: they may name tables, which a caller must not see. */
  private errorOf(fault: SqlFault, { operationName }: DatabaseCall<SentStatement, Value>): OrchestratorError {
    if (fault.kind !== "cancelled") {
      const level = fault.kind === "constraint" || fault.kind === "conflict" ? "info" : "warn";
      this.log(level, `The operation "${operationName}" failed: ${fault.message}`, {
        operation: operationName,
      });
    }
    return faultError(fault);
  }
}
