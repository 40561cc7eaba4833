import type { Cancel } from "../../contracts/host.js";
import type { JsonValue } from "../../expression/value.js";
import type { QuerySession } from "./query-session.js";
import type { SessionPool, SessionWaiter } from "./session-pool.js";
import type { SqlReceiver } from "./sql-database.js";
import type { SqlFault } from "./sql-fault.js";
import type { Stopper, Stopping } from "./stopper.js";

/** What a call needs of the database that it is made on. */
export interface CallSurroundings<Statement, Value, Session extends QuerySession<Statement, Value>> {
  readonly pool: SessionPool<Session>;
  readonly stopper: Stopper<Session>;
  readonly nowMs: () => number;
}

/**
 * One call on its way through a pool. Given up while it runs, it is stopped in the server, and its session is free
 * again only when the statement has ended and no stop can arrive any more.
 */
export class PooledCall<Statement, Value, Session extends QuerySession<Statement, Value>>
  implements SessionWaiter<Session>, SqlReceiver
{
  private readonly around: CallSurroundings<Statement, Value, Session>;
  private readonly statement: Statement;
  private readonly values: readonly Value[];
  private readonly deadlineMs: number;
  private receiver: SqlReceiver | undefined;
  private session: Session | undefined;
  private stopWaiting: Cancel | undefined;
  private stopping: Stopping | undefined;
  private hasEnded = false;

  constructor(
    around: CallSurroundings<Statement, Value, Session>,
    statement: Statement,
    values: readonly Value[],
    deadlineMs: number,
    receiver: SqlReceiver,
  ) {
    this.around = around;
    this.statement = statement;
    this.values = values;
    this.deadlineMs = deadlineMs;
    this.receiver = receiver;
  }

  start(): this {
    this.stopWaiting = this.around.pool.acquire(this);
    return this;
  }

  cancel(): void {
    this.receiver = undefined;
    this.stopWaiting?.();
    this.stop();
  }

  granted(session: Session): void {
    this.session = session;
    const budgetMs = this.deadlineMs - this.around.nowMs();
    session.run(this.statement, this.values, budgetMs, this, () => this.stop());
  }

  refused(fault: SqlFault): void {
    this.receiver?.fail(fault);
  }

  succeed(value: JsonValue): void {
    this.end();
    this.receiver?.succeed(value);
  }

  fail(fault: SqlFault): void {
    this.end();
    this.receiver?.fail(fault);
  }

  private stop(): void {
    const { session } = this;
    if (session === undefined || this.hasEnded) return;
    this.stopping ??= this.around.stopper.stop(session);
  }

  private end(): void {
    this.hasEnded = true;
    const session = this.session!;
    if (this.stopping === undefined) return this.around.pool.release(session);
    void this.stopping.ended().then(() => this.around.pool.release(session));
  }
}
