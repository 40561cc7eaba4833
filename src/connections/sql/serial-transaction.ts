import type { Cancellable, Savepoint } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";
import type { SqlReceiver, SqlTransaction } from "./sql-database.js";
import { FaultError, thrownFault, type SqlFault } from "./sql-fault.js";

/** The connection that a transaction has to itself. */
export interface TransactionChannel<Statement, Value> {
  /**
   * Runs a statement; the next one only when the receiver was told. `stop` ends it early where the database can; the
   * receiver is told all the same.
   */
  run(
    statement: Statement,
    values: readonly Value[],
    deadlineMs: number,
    receiver: SqlReceiver,
  ): { stop(): void };
  /** Rejects with a FaultError. */
  command(text: string): Promise<void>;
  /** Gives the connection back; one that is not clean may have a transaction open, or be broken. */
  end(isClean: boolean): void;
}

/** A transaction in which everything is done one after another. */
export class SerialTransaction<Statement, Value> implements SqlTransaction<Statement, Value> {
  private readonly channel: TransactionChannel<Statement, Value>;
  private queue: Promise<void> = Promise.resolve();
  private running: { stop(): void } | undefined;
  private savepoints = 0;
  /** What went wrong since the last savepoint that was gone back to. */
  private failed: SqlFault | undefined;
  /** What leaves nothing but `rollback`. */
  private lost: SqlFault | undefined;
  private isOver = false;

  /** For a transaction that has begun. */
  constructor(channel: TransactionChannel<Statement, Value>) {
    this.channel = channel;
  }

  run(
    statement: Statement,
    values: readonly Value[],
    deadlineMs: number,
    receiver: SqlReceiver,
  ): Cancellable {
    const call = { isCancelled: false, isRunning: false };
    const work = async () => {
      if (call.isCancelled) return;
      try {
        this.refuseUnusable();
        call.isRunning = true;
        const value = await this.answer(statement, values, deadlineMs);
        call.isRunning = false;
        if (!call.isCancelled) receiver.succeed(value);
      } catch (error) {
        call.isRunning = false;
        const fault = thrownFault(error);
        this.noteFailure(fault);
        if (!call.isCancelled) receiver.fail(fault);
      }
    };
    void this.inTurn(work);
    return {
      cancel: () => {
        call.isCancelled = true;
        if (!call.isRunning) return;
        this.failed ??= givenUp;
        this.running?.stop();
      },
    };
  }

  savepoint(): Promise<Savepoint> {
    const name = `orchestrator_${++this.savepoints}`;
    return this.command(`SAVEPOINT ${name}`).then(() => ({ name }));
  }

  rollbackTo({ name }: Savepoint): Promise<void> {
    this.running?.stop();
    return this.inTurn(async () => {
      if (this.lost !== undefined) throw new FaultError(this.lost);
      await this.send(`ROLLBACK TO SAVEPOINT ${name}`);
      await this.send(`RELEASE SAVEPOINT ${name}`);
      this.failed = undefined;
    });
  }

  release({ name }: Savepoint): Promise<void> {
    return this.command(`RELEASE SAVEPOINT ${name}`);
  }

  commit(): Promise<void> {
    return this.inTurn(async () => {
      try {
        this.refuseUnusable();
        await this.channel.command("COMMIT");
      } catch (error) {
        await this.rollBackNow();
        throw commitFailure(thrownFault(error));
      }
      this.end(true);
    });
  }

  rollback(): Promise<void> {
    this.running?.stop();
    return this.inTurn(() => this.rollBackNow());
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private command(text: string): Promise<void> {
    return this.inTurn(async () => {
      this.refuseUnusable();
      await this.send(text);
    });
  }

  private async send(text: string): Promise<void> {
    try {
      await this.channel.command(text);
    } catch (error) {
      this.noteFailure(thrownFault(error));
      throw error;
    }
  }

  private answer(statement: Statement, values: readonly Value[], deadlineMs: number): Promise<JsonValue> {
    return new Promise((resolve, reject: (error: FaultError) => void) => {
      const end = () => (this.running = undefined);
      this.running = this.channel.run(statement, values, deadlineMs, {
        succeed: (value) => (end(), resolve(value)),
        fail: (fault) => (end(), reject(new FaultError(fault))),
      });
    });
  }

  private refuseUnusable(): void {
    if (this.isOver) throw new FaultError({ ...givenUp, message: "the transaction is over" });
    if (this.failed !== undefined) throw new FaultError(givenUp);
  }

  private noteFailure(fault: SqlFault): void {
    this.failed ??= fault;
    if (fault.kind === "conflict" || fault.kind === "lost") this.lost ??= fault;
  }

  private async rollBackNow(): Promise<void> {
    if (this.isOver) return;
    const isClean = await this.channel.command("ROLLBACK").then(
      () => true,
      () => false,
    );
    this.end(isClean);
  }

  private end(isClean: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.channel.end(isClean);
  }
}

const givenUp: SqlFault = {
  kind: "cancelled",
  message: "something before it failed, and the transaction was not rolled back",
  wasSent: false,
};

/** A COMMIT whose connection broke may have been carried out or not. */
function commitFailure(fault: SqlFault): FaultError {
  const isUnknown = fault.kind === "lost" || fault.kind === "timed_out";
  return new FaultError(isUnknown ? { kind: "commit_unknown", message: fault.message } : fault);
}
