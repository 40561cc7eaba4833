import { FaultError, type SqlFault } from "../sql/sql-fault.js";
import type { QuerySession } from "../sql/query-session.js";
import type { ColumnReaders } from "../sql/row-collector.js";
import type { SqlReceiver } from "../sql/sql-database.js";
import { timeoutFor } from "../sql/statement-timeout.js";
import { postgresFault } from "./postgres-fault.js";
import type { PgClient } from "./postgres-protocol.js";
import { PostgresQuery } from "./postgres-query.js";
import type { PostgresStatement, PostgresValue } from "./postgres-statement.js";

/** One run of a statement. */
interface Run {
  readonly statement: PostgresStatement;
  readonly values: readonly PostgresValue[];
  readonly budgetMs: number;
  readonly receiver: SqlReceiver;
  readonly onSurplus: () => void;
}

/** One connection to PostgreSQL, with what it has parsed. */
export class PostgresSession implements QuerySession<PostgresStatement, PostgresValue> {
  onLost: (() => void) | undefined;
  private readonly client: PgClient;
  /** Statements for which the server finds no types by itself; of the whole database. */
  private readonly untyped: WeakSet<PostgresStatement>;
  private readonly columns = new Map<string, ColumnReaders>();
  private timeoutMs = 0;
  private isBroken = false;

  constructor(client: PgClient, untyped: WeakSet<PostgresStatement>) {
    this.client = client;
    this.untyped = untyped;
    const lose = () => {
      if (this.isBroken) return;
      this.isBroken = true;
      this.onLost?.();
    };
    client.on("error", lose);
    client.on("end", lose);
  }

  get isUsable(): boolean {
    return !this.isBroken;
  }

  get processId(): number {
    return this.client.processID ?? 0;
  }

  run(
    statement: PostgresStatement,
    values: readonly PostgresValue[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void {
    const run: Run = { statement, values, budgetMs, receiver, onSurplus };
    const timeoutMs = timeoutFor(budgetMs, this.timeoutMs);
    if (timeoutMs === undefined) return this.submit(run, "first");
    this.command(`SET statement_timeout = ${timeoutMs}`).then(
      () => {
        this.timeoutMs = timeoutMs;
        this.submit(run, "first");
      },
      ({ fault }: FaultError) => receiver.fail({ ...fault, wasSent: false }),
    );
  }

  command(text: string): Promise<void> {
    return new Promise((resolve, reject: (error: FaultError) => void) => {
      this.client.query(text, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(new FaultError(postgresFault(error)));
      });
    });
  }

  async settle(): Promise<void> {
    try {
      await this.command("SELECT 1");
    } catch (error) {
      if (this.isBroken || (error as FaultError).fault.kind === "lost") throw error;
    }
  }

  async close(): Promise<void> {
    this.isBroken = true;
    await this.client.end().catch(() => undefined);
  }

  destroy(): void {
    this.isBroken = true;
    this.client.connection.stream.destroy();
  }

  private submit(run: Run, attempt: "first" | "again"): void {
    const { statement, values, onSurplus, receiver } = run;
    const { name } = statement;
    const isParsed = Object.hasOwn(this.client.connection.parsedStatements, name);
    const replaces = attempt === "again" && isParsed;
    const types = this.untyped.has(statement) ? statement.fallbackTypes : statement.types;
    const columns = replaces ? undefined : this.columns.get(name);
    const isAlone = this.client.getTransactionStatus() === "I";
    const given = {
      statement,
      types: isParsed && !replaces ? undefined : types,
      replaces,
      columns,
      values,
      isAlone,
      onSurplus,
    };
    this.client.query(
      new PostgresQuery(given, {
        answered: (value, found) => {
          this.columns.set(name, found);
          receiver.succeed(value);
        },
        unusable: (fault, found) => {
          this.columns.set(name, found);
          receiver.fail(fault);
        },
        failed: (error) => {
          if (attempt === "first" && isAlone && this.mayRepeat(error, statement)) this.submit(run, "again");
          else receiver.fail(this.faultOf(error, run));
        },
      }),
    );
  }

  /** Failures before anything ran, which another way of parsing gets over. */
  private mayRepeat(error: Error, statement: PostgresStatement): boolean {
    const { code, routine } = error as { code?: string; routine?: string };
    if (code === "42P18" || code === "42P08") {
      const isNew = !this.untyped.has(statement);
      this.untyped.add(statement);
      return isNew;
    }
    if (code === "26000") {
      Reflect.deleteProperty(this.client.connection.parsedStatements, statement.name);
      return true;
    }
    return routine === "RevalidateCachedQuery";
  }

  private faultOf(error: Error, { budgetMs }: Run): SqlFault {
    return postgresFault(error, budgetMs);
  }
}
