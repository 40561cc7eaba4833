import { FaultError, thrownFault } from "../sql/sql-fault.js";
import type { QuerySession } from "../sql/query-session.js";
import type { ColumnReaders } from "../sql/row-collector.js";
import type { SqlReceiver } from "../sql/sql-database.js";
import { timeoutFor } from "../sql/statement-timeout.js";
import { postgresFault } from "./postgres-fault.js";
import { PostgresDescription, type PostgresDescribed } from "./postgres-description.js";
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

/** What is known, on a whole database, of the types that statements leave to the server. */
export interface StatementTyping {
  /** For these the server finds none. */
  readonly untyped: WeakSet<PostgresStatement>;
  readonly tested: WeakSet<PostgresStatement>;
}

/** One connection to PostgreSQL, with what it has parsed. */
export class PostgresSession implements QuerySession<PostgresStatement, PostgresValue> {
  onLost: (() => void) | undefined;
  private readonly client: PgClient;
  private readonly typing: StatementTyping;
  private readonly columns = new Map<string, ColumnReaders>();
  private timeoutMs = 0;
  private isBroken = false;

  constructor(client: PgClient, typing: StatementTyping) {
    this.client = client;
    this.typing = typing;
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
    const isAlone = this.client.getTransactionStatus() === "I";
    if (!isAlone) return this.runInTransaction(run);
    if (timeoutFor(budgetMs, this.timeoutMs) === undefined) return this.submit(run, "first");
    this.limitStatements(budgetMs).then(
      () => this.submit(run, "first"),
      (error: unknown) => receiver.fail({ ...thrownFault(error), wasSent: false }),
    );
  }

  async limitStatements(budgetMs: number): Promise<void> {
    const timeoutMs = timeoutFor(budgetMs, this.timeoutMs);
    if (timeoutMs === undefined) return;
    await this.command(`SET statement_timeout = ${timeoutMs}`);
    this.timeoutMs = timeoutMs;
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

  /** Has a statement parsed, and not run. Rejects with the server's own error. */
  describe(text: string, types: readonly number[]): Promise<PostgresDescribed> {
    return new Promise((resolve, reject: (error: Error) => void) => {
      this.client.query(
        new PostgresDescription(text, types, (error, described) => {
          if (error === undefined) resolve(described);
          else reject(error);
        }),
      );
    });
  }

  /** Of a statement that leaves types to the server, it is first seen whether the server finds them: a failure would end the transaction. */
  private runInTransaction(run: Run): void {
    const { statement } = run;
    if (this.typing.tested.has(statement) || !statement.types.includes(0)) return this.submit(run, "first");
    const test = async () => {
      await this.command("SAVEPOINT orchestrator_types");
      const failed = await this.describe(statement.text, statement.types).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (isUntyped(failed)) this.typing.untyped.add(statement);
      await this.command("ROLLBACK TO SAVEPOINT orchestrator_types");
      await this.command("RELEASE SAVEPOINT orchestrator_types");
      this.typing.tested.add(statement);
    };
    test().then(
      () => this.submit(run, "first"),
      (error: unknown) => run.receiver.fail(thrownFault(error)),
    );
  }

  private submit(run: Run, attempt: "first" | "again"): void {
    const { statement, values, onSurplus, receiver, budgetMs } = run;
    const { name } = statement;
    const isParsed = Object.hasOwn(this.client.connection.parsedStatements, name);
    const replaces = attempt === "again" && isParsed;
    const types = this.typing.untyped.has(statement) ? statement.fallbackTypes : statement.types;
    const isAlone = this.client.getTransactionStatus() === "I";
    const given = {
      statement,
      types: isParsed && !replaces ? undefined : types,
      replaces,
      columns: replaces ? undefined : this.columns.get(name),
      values,
      isAlone,
      onSurplus,
    };
    const query = new PostgresQuery(given, {
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
        else receiver.fail(postgresFault(error, budgetMs));
      },
    });
    this.client.query(query);
  }

  /** Failures before anything ran, which another way of parsing gets over. */
  private mayRepeat(error: Error, statement: PostgresStatement): boolean {
    const { code, routine } = error as { code?: string; routine?: string };
    if (isUntyped(error)) {
      const isNew = !this.typing.untyped.has(statement);
      this.typing.untyped.add(statement);
      return isNew;
    }
    if (code === "26000") {
      Reflect.deleteProperty(this.client.connection.parsedStatements, statement.name);
      return true;
    }
    return routine === "RevalidateCachedQuery";
  }
}

/** Whether the server finds no type for a parameter. */
export function isUntyped(error: unknown): boolean {
  return ["42P18", "42P08"].includes((error as { code?: string } | undefined)?.code ?? "");
}
