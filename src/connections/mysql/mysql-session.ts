import type { JsonValue } from "../../expression/value.js";
import type { QuerySession } from "../sql/query-session.js";
import type { SqlReceiver } from "../sql/sql-database.js";
import { FaultError, thrownFault, type SqlFault } from "../sql/sql-fault.js";
import { timeoutFor } from "../sql/statement-timeout.js";
import { mysqlFault } from "./mysql-fault.js";
import type { MysqlColumn, MysqlConnection, MysqlModule } from "./mysql-protocol.js";
import { followCommand } from "./mysql-run.js";
import { expanded, type MysqlStatement, type MysqlValue } from "./mysql-statement.js";

/** One connection to MySQL or MariaDB. */
export class MysqlSession implements QuerySession<MysqlStatement, MysqlValue> {
  onLost: (() => void) | undefined;
  private readonly connection: MysqlConnection;
  /** An integer of 64 bits, in the driver's own form. */
  private readonly integer: (value: bigint) => unknown;
  private readonly isMariaDb: boolean;
  /** What waits for an answer. The driver does not tell all of it when the connection breaks. */
  private readonly unanswered = new Set<(fault: SqlFault) => void>();
  private timeoutMs = 0;
  private isBroken = false;
  private isInTransaction = false;

  constructor(connection: MysqlConnection, driver: MysqlModule, isMariaDb: boolean) {
    this.connection = connection;
    this.integer = driver.TypedParameter?.LONGLONG ?? String;
    this.isMariaDb = isMariaDb;
    connection.on("error", ({ message }) => this.lose(message));
    connection.on("end", () => this.lose("the server closed the connection"));
  }

  get isUsable(): boolean {
    return !this.isBroken;
  }

  get threadId(): number {
    return this.connection.threadId ?? 0;
  }

  run(
    statement: MysqlStatement,
    values: readonly MysqlValue[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void {
    const run = () => {
      if (statement.effect === "write" && statement.returns !== "none" && !this.isInTransaction) {
        this.runUndoable(statement, values, budgetMs, receiver, onSurplus);
      } else this.execute(statement, values, budgetMs, receiver, onSurplus);
    };
    if (this.isInTransaction || timeoutFor(budgetMs, this.timeoutMs) === undefined) return run();
    this.limitStatements(budgetMs).then(run, (error: unknown) =>
      receiver.fail({ ...thrownFault(error), wasSent: false }),
    );
  }

  async limitStatements(budgetMs: number): Promise<void> {
    const timeoutMs = timeoutFor(budgetMs, this.timeoutMs);
    if (timeoutMs === undefined) return;
    await this.command(this.timeoutCommand(timeoutMs));
    this.timeoutMs = timeoutMs;
  }

  command(text: string): Promise<void> {
    return new Promise((resolve, reject: (error: FaultError) => void) => {
      const answered = this.awaiting((fault) => reject(new FaultError(fault)));
      this.connection.query(text, (error) => {
        if (!answered()) return;
        if (error) return reject(new FaultError(mysqlFault(error)));
        if (/^(START TRANSACTION|BEGIN)/.test(text)) this.isInTransaction = true;
        if (/^(COMMIT|ROLLBACK)$/.test(text)) this.isInTransaction = false;
        resolve();
      });
    });
  }

  /** The columns of a statement that is prepared and not run. Rejects with the server's own error. */
  prepared(text: string): Promise<readonly MysqlColumn[]> {
    return new Promise((resolve, reject: (error: Error) => void) => {
      const answered = this.awaiting(({ message }) => reject(new Error(message)));
      this.connection.prepare(text, (error, statement) => {
        if (!answered()) return;
        if (error) return reject(error);
        resolve(statement.columns);
        this.connection.unprepare(text);
      });
    });
  }

  async settle(): Promise<void> {
    try {
      await this.command("SELECT 1");
    } catch (error) {
      if (this.isBroken || thrownFault(error).kind === "lost") throw error;
    }
  }

  close(): Promise<void> {
    this.isBroken = true;
    return new Promise((resolve) => this.connection.end(() => resolve()));
  }

  destroy(): void {
    this.connection.destroy();
    this.connection.stream.destroy();
    this.lose("the connection was dropped");
  }

  private execute(
    statement: MysqlStatement,
    values: readonly MysqlValue[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void {
    const { text, values: flat } = expanded(statement, values);
    const bound = flat.map((value) => (typeof value === "bigint" ? this.integer(value) : value));
    const command = this.connection.execute(text, bound);
    const answered = this.awaiting((fault) => receiver.fail(fault));
    const once: SqlReceiver = {
      succeed: (value) => void (answered() && receiver.succeed(value)),
      fail: (fault) => void (answered() && receiver.fail(fault)),
    };
    followCommand(command, statement, budgetMs, once, onSurplus);
  }

  /** Answers what is to be called with the answer: true where nobody was told before that the connection is lost. */
  private awaiting(fail: (fault: SqlFault) => void): () => boolean {
    if (this.isBroken) queueMicrotask(() => this.unanswered.delete(fail) && fail(lost("it is closed")));
    this.unanswered.add(fail);
    return () => this.unanswered.delete(fail);
  }

  private lose(message: string): void {
    if (this.isBroken && this.unanswered.size === 0) return;
    this.isBroken = true;
    for (const fail of [...this.unanswered]) {
      this.unanswered.delete(fail);
      fail(lost(message));
    }
    this.onLost?.();
  }

  /** A change whose answer cannot be used must not have happened. */
  private runUndoable(
    statement: MysqlStatement,
    values: readonly MysqlValue[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void {
    const answer = () =>
      new Promise<JsonValue>((succeed, reject: (error: FaultError) => void) => {
        const fail = (fault: FaultError["fault"]) => reject(new FaultError(fault));
        this.execute(statement, values, budgetMs, { succeed, fail }, onSurplus);
      });
    const work = async () => {
      await this.command("START TRANSACTION");
      try {
        const value = await answer();
        await this.command("COMMIT");
        return value;
      } catch (error) {
        await this.command("ROLLBACK");
        throw error;
      }
    };
    work().then(
      (value) => receiver.succeed(value),
      (error: unknown) => receiver.fail(thrownFault(error)),
    );
  }

  private timeoutCommand(timeoutMs: number): string {
    return this.isMariaDb
      ? `SET SESSION max_statement_time = ${timeoutMs / 1000}`
      : `SET SESSION max_execution_time = ${timeoutMs}`;
  }
}

function lost(message: string): SqlFault {
  return { kind: "lost", message };
}
