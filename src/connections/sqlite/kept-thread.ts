import { Call, type SqliteReceiver } from "./call.js";
import type { SqliteFault, SqliteStatement, SqliteValue } from "./protocol.js";
import type { WorkerThread } from "./worker-thread.js";

/** A thread that one transaction has to itself. It runs one call after another. */
export class KeptThread {
  private readonly thread: WorkerThread;
  private readonly letGo: () => void;
  private waiting: Call | undefined;
  private fault: SqliteFault | undefined;

  constructor(thread: WorkerThread, letGo: () => void) {
    this.thread = thread;
    this.letGo = letGo;
  }

  /** To be used again only when the receiver was told. */
  run(statement: SqliteStatement, values: readonly SqliteValue[], receiver: SqliteReceiver): void {
    const { fault } = this;
    if (fault !== undefined) return queueMicrotask(() => receiver.fail(fault));
    const call = new Call(statement, values, receiver, 0);
    if (this.thread.isIdle) this.thread.send([call]);
    else this.waiting = call;
  }

  /** The thread is free for the next call. */
  sendNext(): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) this.thread.send([waiting]);
  }

  /** The thread is gone, or going. */
  die({ message }: Error): void {
    this.fault = { kind: "lost", message };
    this.waiting?.fail(this.fault);
    this.waiting = undefined;
  }

  /** Gives the thread back to all. */
  end(): void {
    this.letGo();
  }
}
