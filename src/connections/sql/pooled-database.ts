import type { Clock } from "../../contracts/host.js";
import type { Cancellable, Isolation, PoolLoad, TransactionOptions } from "../../contracts/source.js";
import { addLoads } from "./add-loads.js";
import type { PoolSettings } from "./pool-settings.js";
import { PooledCall } from "./pooled-call.js";
import type { QuerySession, StopSession } from "./query-session.js";
import { SerialTransaction } from "./serial-transaction.js";
import { SessionChannel } from "./session-channel.js";
import { SessionPool } from "./session-pool.js";
import type {
  SqlDatabase,
  SqlReceiver,
  SqlTransaction,
  StatementDescription,
  StatementRefusal,
} from "./sql-database.js";
import { FaultError, faultError, thrownFault, type SqlFault } from "./sql-fault.js";
import { Stopper } from "./stopper.js";

export type SessionRole = "reader" | "writer" | "control";

export interface PooledDatabaseOptions<Statement, Session> extends PoolSettings {
  readonly clock: Clock;
  /** Opens a session; those of readers refuse writes. Rejects with a FaultError. */
  readonly connect: (role: SessionRole) => Promise<Session>;
  readonly stop: StopSession<Session>;
  /** Has a session look at a statement. Rejects with a FaultError where it cannot be asked. */
  readonly describe: (
    session: Session,
    statement: Statement,
  ) => Promise<StatementDescription | StatementRefusal>;
  /** The statements that begin a transaction. */
  readonly beginning: (isolation: Isolation | undefined) => readonly string[];
  readonly log: (level: "warn", message: string) => void;
}

const closeGraceMs = 1_000;

/** A database on a server: a pool of sessions that read, one of sessions that write, and one session that stops others. */
export class PooledDatabase<
  Statement extends { readonly effect: "read" | "write" },
  Value,
  Session extends QuerySession<Statement, Value>,
> implements SqlDatabase<Statement, Value> {
  private readonly writers: SessionPool<Session>;
  private readonly readers: SessionPool<Session>;
  private readonly control: SessionPool<Session>;
  private readonly options: PooledDatabaseOptions<Statement, Session>;
  private readonly around: Readonly<
    Record<"read" | "write", ConstructorParameters<typeof PooledCall<Statement, Value, Session>>[0]>
  >;
  private closed: Promise<void> | undefined;

  constructor(options: PooledDatabaseOptions<Statement, Session>) {
    this.options = options;
    this.readers = this.pool("reader", options.poolSize);
    this.writers = this.pool("writer", options.poolSize);
    this.control = this.pool("control", 1);
    const stopper = new Stopper(this.control, options.stop, options.clock);
    const nowMs = () => options.clock.monotonicMs();
    this.around = {
      read: { pool: this.readers, stopper, nowMs },
      write: { pool: this.writers, stopper, nowMs },
    };
  }

  run(
    statement: Statement,
    values: readonly Value[],
    deadlineMs: number,
    receiver: SqlReceiver,
  ): Cancellable {
    return new PooledCall(this.around[statement.effect], statement, values, deadlineMs, receiver).start();
  }

  describe(statement: Statement): Promise<StatementDescription | StatementRefusal> {
    const { pool } = this.around[statement.effect];
    return lent(pool, (session) => this.options.describe(session, statement));
  }

  async begin({ isolation, deadlineMs }: TransactionOptions): Promise<SqlTransaction<Statement, Value>> {
    const { pool, stopper, nowMs } = this.around.write;
    const session = await acquired(pool);
    try {
      await session.limitStatements(deadlineMs - nowMs());
      for (const text of this.options.beginning(isolation)) await session.command(text);
    } catch (error) {
      session.destroy();
      pool.release(session);
      throw new FaultError({ ...thrownFault(error), wasSent: false });
    }
    return new SerialTransaction(new SessionChannel(session, pool, stopper, nowMs));
  }

  async probe(): Promise<void> {
    try {
      await lent(this.readers, (session) => session.settle());
    } catch (error) {
      throw faultError(thrownFault(error));
    }
  }

  load(): PoolLoad {
    return addLoads([this.readers.load, this.writers.load, this.control.load]);
  }

  close(): Promise<void> {
    this.closed ??= Promise.all([
      this.readers.close(closeGraceMs),
      this.writers.close(closeGraceMs),
      this.control.close(closeGraceMs),
    ]).then(() => undefined);
    return this.closed;
  }

  private pool(role: SessionRole, size: number): SessionPool<Session> {
    const { poolTimeoutMs, idleTimeoutMs, maxLifetimeMs, clock, connect, log } = this.options;
    return new SessionPool({
      size,
      timeoutMs: poolTimeoutMs,
      idleTimeoutMs,
      maxLifetimeMs,
      clock,
      connect: () => connect(role),
      onUnreachable: ({ message }: SqlFault) => log("warn", `The database cannot be reached: ${message}`),
    });
  }
}

function acquired<Session extends QuerySession<never, never>>(pool: SessionPool<Session>): Promise<Session> {
  return new Promise((resolve, reject: (error: FaultError) => void) => {
    pool.acquire({ granted: resolve, refused: (fault) => reject(new FaultError(fault)) });
  });
}

/** Rejects with a FaultError where no session can be had. */
async function lent<Session extends QuerySession<never, never>, T>(
  pool: SessionPool<Session>,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await acquired(pool);
  try {
    return await use(session);
  } finally {
    pool.release(session);
  }
}
