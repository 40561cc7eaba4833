import type { TransactionChannel } from "../sql/serial-transaction.js";
import { FaultError } from "../sql/sql-fault.js";
import type { SqliteReceiver } from "./call.js";
import type { KeptThread } from "./kept-thread.js";
import type { SqliteStatement, SqliteValue } from "./protocol.js";

/** A thread of SQLite as the connection of a transaction. */
export class KeptChannel implements TransactionChannel<SqliteStatement, SqliteValue> {
  private readonly thread: KeptThread;

  constructor(thread: KeptThread) {
    this.thread = thread;
  }

  /** SQLite cannot be stopped in mid-query. */
  run(
    statement: SqliteStatement,
    values: readonly SqliteValue[],
    _deadlineMs: number,
    receiver: SqliteReceiver,
  ): { stop(): void } {
    this.thread.run(statement, values, receiver);
    return { stop: () => undefined };
  }

  command(text: string): Promise<void> {
    return new Promise((resolve, reject: (error: FaultError) => void) => {
      this.thread.run(commandStatement(text), [], {
        succeed: () => resolve(),
        fail: (fault) => reject(new FaultError(fault)),
      });
    });
  }

  end(): void {
    this.thread.end();
  }
}

/** Takes the lock for writing at once, so that the transaction cannot fail by another one later. */
export const beginning: SqliteStatement = statementOf("BEGIN IMMEDIATE", "begins");

const endings: Readonly<Record<string, SqliteStatement["transaction"]>> = {
  COMMIT: "commits",
  ROLLBACK: "rolls back",
};

/** Statements are known to a thread by identity. Names of savepoints count from one, so these are few. */
const commands = new Map<string, SqliteStatement>();

function commandStatement(text: string): SqliteStatement {
  const known = commands.get(text);
  if (known !== undefined) return known;
  const made = statementOf(text, endings[text]);
  commands.set(text, made);
  return made;
}

function statementOf(text: string, transaction: SqliteStatement["transaction"]): SqliteStatement {
  const shape = { effect: "write", returns: "none", maxRows: 0, changesRows: false } as const;
  return { text, ...shape, insertsInto: undefined, transaction };
}
