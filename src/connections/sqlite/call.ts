import type { JsonValue } from "../../expression/value.js";
import type { SqliteFault, SqliteStatement, SqliteValue } from "./protocol.js";
import type { WorkerThread } from "./worker-thread.js";

export interface SqliteReceiver {
  succeed(value: JsonValue): void;
  fail(fault: SqliteFault): void;
}

/** One call on its way through a pool. Whoever answers first wins; a cancelled call has been answered. */
export class Call {
  readonly statement: SqliteStatement;
  readonly values: readonly SqliteValue[];
  readonly queuedAtMs: number;
  /** Where it was sent, and its position in the batch. */
  thread: WorkerThread | undefined;
  position = 0;
  /** Whether its thread is then kept for the calls of one transaction. */
  readonly keepsThread: boolean;
  private receiver: SqliteReceiver | undefined;

  constructor(
    statement: SqliteStatement,
    values: readonly SqliteValue[],
    receiver: SqliteReceiver,
    queuedAtMs: number,
    keepsThread = false,
  ) {
    this.keepsThread = keepsThread;
    this.statement = statement;
    this.values = values;
    this.receiver = receiver;
    this.queuedAtMs = queuedAtMs;
  }

  get isAnswered(): boolean {
    return this.receiver === undefined;
  }

  succeed(value: JsonValue): void {
    this.takeReceiver()?.succeed(value);
  }

  fail(fault: SqliteFault): void {
    this.takeReceiver()?.fail(fault);
  }

  forget(): void {
    this.receiver = undefined;
  }

  private takeReceiver(): SqliteReceiver | undefined {
    const { receiver } = this;
    this.receiver = undefined;
    return receiver;
  }
}
