import type { PooledSession } from "./session-pool.js";
import type { SqlReceiver } from "./sql-database.js";

/** A session that runs statements, one at a time. */
export interface QuerySession<Statement, Value> extends PooledSession {
  /**
   * Runs a statement that the server itself gives up some time after `budgetMs`; in a transaction the limit is the one
   * it had when it began. The receiver is told once, later
   * than this returns; the session then takes the next one. `onSurplus` is told where an answer goes on far beyond
   * what may be used: the statement is then best stopped.
   */
  run(
    statement: Statement,
    values: readonly Value[],
    budgetMs: number,
    receiver: SqlReceiver,
    onSurplus: () => void,
  ): void;
  /** Has the server give up statements some time after `budgetMs`. Rejects with a FaultError. */
  limitStatements(budgetMs: number): Promise<void>;
  /** Runs a statement without parameters or rows, such as COMMIT. Rejects with a FaultError. */
  command(text: string): Promise<void>;
  /** A round trip that takes with it whatever stop was sent to this session and has not arrived. */
  settle(): Promise<void>;
}

/** How a dialect stops what runs on one session, by way of another. Resolves when the server has taken note. */
export type StopSession<Session> = (through: Session, stopped: Session) => Promise<void>;
