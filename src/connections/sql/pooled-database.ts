import type { Clock } from "../../contracts/host.js";
import type { Cancellable } from "../../contracts/source.js";
import type { PoolSettings } from "./pool-settings.js";
import { PooledCall } from "./pooled-call.js";
import type { QuerySession, StopSession } from "./query-session.js";
import { SessionPool } from "./session-pool.js";
import type { SqlDatabase, SqlReceiver } from "./sql-database.js";
import { faultError, thrownFault, type SqlFault } from "./sql-fault.js";
import { Stopper } from "./stopper.js";

export type SessionRole = "reader" | "writer" | "control";

export interface PooledDatabaseOptions<Session> extends PoolSettings {
  readonly clock: Clock;
  /** Opens a session; those of readers refuse writes. Rejects with a FaultError. */
  readonly connect: (role: SessionRole) => Promise<Session>;
  readonly stop: StopSession<Session>;
  readonly log: (level: "warn", message: string) => void;
}

const closeGraceMs = 1_000;

/** A database on a server: a pool of sessions that read, one of sessions that write, and one session that stops others. */
export class PooledDatabase<
  Statement extends { readonly effect: "read" | "write" },
  Value,
  Session extends QuerySession<Statement, Value>,
> implements SqlDatabase<Statement, Value> {
  protected readonly writers: SessionPool<Session>;
  private readonly readers: SessionPool<Session>;
  private readonly control: SessionPool<Session>;
  private readonly options: PooledDatabaseOptions<Session>;
  private readonly around: Readonly<
    Record<"read" | "write", ConstructorParameters<typeof PooledCall<Statement, Value, Session>>[0]>
  >;
  private closed: Promise<void> | undefined;

  constructor(options: PooledDatabaseOptions<Session>) {
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

  async probe(): Promise<void> {
    const session = await this.reader();
    try {
      await session.settle();
    } catch (error) {
      throw faultError(thrownFault(error));
    } finally {
      this.readers.release(session);
    }
  }

  close(): Promise<void> {
    this.closed ??= Promise.all([
      this.readers.close(closeGraceMs),
      this.writers.close(closeGraceMs),
      this.control.close(closeGraceMs),
    ]).then(() => undefined);
    return this.closed;
  }

  /** A session that reads; hand it back with `release`. Rejects with an OrchestratorError. */
  protected reader(): Promise<Session> {
    return acquired(this.readers);
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
  return new Promise((resolve, reject) => {
    pool.acquire({ granted: resolve, refused: (fault) => reject(faultError(fault)) });
  });
}
