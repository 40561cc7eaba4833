import type { QuerySession } from "./query-session.js";
import type { TransactionChannel } from "./serial-transaction.js";
import type { SessionPool } from "./session-pool.js";
import type { SqlReceiver } from "./sql-database.js";
import type { SqlFault } from "./sql-fault.js";
import type { Stopper, Stopping } from "./stopper.js";

/** A session of a pool as the connection of a transaction. */
export class SessionChannel<
  Statement,
  Value,
  Session extends QuerySession<Statement, Value>,
> implements TransactionChannel<Statement, Value> {
  private readonly session: Session;
  private readonly pool: SessionPool<Session>;
  private readonly stopper: Stopper<Session>;
  private readonly nowMs: () => number;

  constructor(session: Session, pool: SessionPool<Session>, stopper: Stopper<Session>, nowMs: () => number) {
    this.session = session;
    this.pool = pool;
    this.stopper = stopper;
    this.nowMs = nowMs;
  }

  run(
    statement: Statement,
    values: readonly Value[],
    deadlineMs: number,
    receiver: SqlReceiver,
  ): { stop(): void } {
    let stopping: Stopping | undefined;
    let hasEnded = false;
    const stop = () => {
      if (!hasEnded) stopping ??= this.stopper.stop(this.session);
    };
    const tell = (answer: () => void) => {
      hasEnded = true;
      if (stopping === undefined) answer();
      else void stopping.ended().then(answer);
    };
    const inner: SqlReceiver = {
      succeed: (value) => tell(() => receiver.succeed(value)),
      fail: (fault: SqlFault) => tell(() => receiver.fail(fault)),
    };
    this.session.run(statement, values, deadlineMs - this.nowMs(), inner, stop);
    return { stop };
  }

  command(text: string): Promise<void> {
    return this.session.command(text);
  }

  end(isClean: boolean): void {
    if (!isClean) this.session.destroy();
    this.pool.release(this.session);
  }
}
