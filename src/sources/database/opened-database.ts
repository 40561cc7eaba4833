import type { SqlDatabase } from "../../connections/sql/sql-database.js";
import { faultError, type SqlFault } from "../../connections/sql/sql-fault.js";
import type { CallContext, Cancellable, Receiver, Source, SourceLog } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { DatabaseCall } from "./dialect.js";

/** A database as a source: binds the values, sends the statement, words the failures. */
export class OpenedDatabase<SentStatement, Value> implements Source<DatabaseCall<SentStatement, Value>> {
  private readonly database: SqlDatabase<SentStatement, Value>;
  private readonly log: SourceLog;

  constructor(database: SqlDatabase<SentStatement, Value>, log: SourceLog) {
    this.database = database;
    this.log = log;
  }

  start(
    call: DatabaseCall<SentStatement, Value>,
    parameters: JsonObject,
    { deadlineMs }: CallContext,
    receiver: Receiver,
  ): Cancellable {
    const values = call.bind(parameters);
    if (values instanceof Error) return failLater(receiver, values);
    return this.database.run(call.statement, values, deadlineMs, {
      succeed: (value) => receiver.succeed({ value }),
      fail: (fault) => receiver.fail(this.errorOf(fault, call)),
    });
  }

  probe(): Promise<void> {
    return this.database.probe();
  }

  close(): Promise<void> {
    return this.database.close();
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

function failLater(receiver: Receiver, error: OrchestratorError): Cancellable {
  let isCancelled = false;
  queueMicrotask(() => isCancelled || receiver.fail(error));
  return { cancel: () => void (isCancelled = true) };
}
