import type { Cancel, Clock } from "../../contracts/host.js";
import type { PoolLoad } from "../../contracts/source.js";
import { Call, type SqliteReceiver } from "./call.js";
import {
  maxBatch,
  type SqliteFault,
  type SqliteStatement,
  type SqliteValue,
  type StartFault,
} from "./protocol.js";
import { KeptThread } from "./kept-thread.js";
import type { WorkerThread } from "./worker-thread.js";
import { type ThreadEvents } from "./worker-thread.js";

export interface PoolOptions {
  readonly size: number;
  /** How long a call waits for a free thread. */
  readonly timeoutMs: number;
  /** Reads may run twice, so they move away from a thread that is held up, and the thread may be replaced. */
  readonly readsOnly: boolean;
  readonly clock: Clock;
  readonly makeThread: (events: ThreadEvents) => WorkerThread;
  /** Told of the statement of a cancelled call that still runs and was set aside. */
  readonly onSetAside: (statement: SqliteStatement) => void;
  readonly onDeath: (error: Error) => void;
}

const lookEveryMs = 3;
const spawnPauseMs = 1_000;

/**
 * Threads of one kind and the queue before them. Calls that start in one turn of the event loop travel together, and
 * answers come back the same way. A thread is never ended in mid-query, which would abort the process.
 */
export class Pool {
  private readonly options: PoolOptions;
  private readonly threads = new Set<WorkerThread>();
  private readonly aside = new Set<WorkerThread>();
  /** Threads that are kept for a transaction, and who is told when they are free for its next call. */
  private readonly kept = new Map<WorkerThread, KeptThread>();
  private readonly starts = new Map<WorkerThread, (fault: StartFault | undefined) => void>();
  private queue: Call[] = [];
  private isScheduled = false;
  private isClosed = false;
  private stopLooking: Cancel | undefined;
  private lastDeathMs = -Infinity;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  get load(): PoolLoad {
    const busy = [...this.threads].filter((thread) => thread.isBusy).length;
    return { busy, idle: this.threads.size - busy, waiting: this.queue.length };
  }

  /** Starts the threads. Resolves when each is ready, with the first reason why one is not. */
  async start(): Promise<StartFault | undefined> {
    const faults = await Promise.all(Array.from({ length: this.options.size }, () => this.addThread()));
    return faults.find((fault) => fault !== undefined);
  }

  run(statement: SqliteStatement, values: readonly SqliteValue[], receiver: SqliteReceiver): Call {
    const call = new Call(statement, values, receiver, this.options.clock.monotonicMs());
    this.queue.push(call);
    this.schedule();
    return call;
  }

  /**
   * Has a thread to oneself, from the call that begins a transaction on. Its receiver is told as ever; the thread is
   * kept only where it succeeds.
   */
  keep(
    begins: SqliteStatement,
    kept: { succeed(thread: KeptThread): void; fail(fault: SqliteFault): void },
  ): void {
    const nowMs = this.options.clock.monotonicMs();
    const call: Call = new Call(
      begins,
      [],
      {
        succeed: () => kept.succeed(this.kept.get(call.thread!)!),
        fail: (fault) => {
          if (call.thread !== undefined) this.letGo(call.thread);
          kept.fail(fault);
        },
      },
      nowMs,
      true,
    );
    this.queue.push(call);
    this.schedule();
  }

  /** Gives a call up. Taken back where it has not begun; else its answer is dropped. */
  cancel(call: Call): void {
    call.forget();
    call.thread?.revoke(call);
    if (call.thread?.holdingUp === call) this.setAside(call.thread, call);
  }

  /** Waits up to `graceMs` for what runs, then tells the rest that it was cancelled. */
  async close(graceMs: number): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const cancelled = { kind: "cancelled", message: "the source was closed" } as const;
    for (const thread of this.kept.values()) thread.die(new Error(cancelled.message));
    this.failQueue(Infinity, { ...cancelled, wasSent: false });
    const endsMs = this.options.clock.monotonicMs() + graceMs;
    while (this.hasWork() && this.options.clock.monotonicMs() < endsMs) await this.pause(lookEveryMs);
    this.stopLooking?.();
    const threads = [...this.threads, ...this.aside];
    for (const thread of threads) {
      for (const call of thread.revokeWaiting()) call.fail({ ...cancelled, wasSent: false });
      for (const call of thread.takeUnpublished()) call.fail(cancelled);
      thread.running()?.fail(cancelled);
    }
    this.failQueue(Infinity, { ...cancelled, wasSent: false });
    const endings = threads.map((thread) => ({ isBusy: thread.isBusy, gone: thread.close() }));
    await this.atMost(500, Promise.all(endings.filter(({ isBusy }) => !isBusy).map(({ gone }) => gone)));
  }

  private hasWork(): boolean {
    return [...this.threads].some((thread) => thread.isBusy && thread.running()?.isAnswered !== true);
  }

  private pause(forMs: number): Promise<void> {
    return new Promise((resolve) => void this.options.clock.after(forMs, resolve));
  }

  private async atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
    let stopWaiting: Cancel = () => undefined;
    const limit = new Promise<void>((resolve) => (stopWaiting = this.options.clock.after(limitMs, resolve)));
    await Promise.race([work, limit]);
    stopWaiting();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      if (this.isClosed) this.failQueue(Infinity, { kind: "cancelled", message: "closed", wasSent: false });
      else this.dispatch();
    });
  }

  /** Few calls are spread over the idle threads; many travel together, which costs less for each. */
  private dispatch(): void {
    const idle = [...this.threads].filter((thread) => thread.isIdle && !this.kept.has(thread));
    const share = this.queue.length <= idle.length ? 1 : maxBatch;
    for (const thread of idle) {
      const calls = this.take(share);
      if (calls.length === 0) break;
      if (calls[0]!.keepsThread) this.kept.set(thread, new KeptThread(thread, () => this.letGo(thread)));
      thread.send(calls);
    }
    if (this.queue.length > 0) this.replaceDead();
    this.look();
  }

  private take(count: number): readonly Call[] {
    let end = 0;
    const calls: Call[] = [];
    while (end < this.queue.length && calls.length < count) {
      const call = this.queue[end]!;
      if (call.keepsThread && calls.length > 0) break;
      end++;
      if (!call.isAnswered) calls.push(call);
      if (call.keepsThread) break;
    }
    this.queue.splice(0, end);
    return calls;
  }

  /** As long as anything runs or waits, a look every few milliseconds finds what is held up. */
  private look(): void {
    this.stopLooking ??= this.options.clock.after(lookEveryMs, () => {
      this.stopLooking = undefined;
      for (const thread of [...this.threads]) if (thread.isBusy) this.freeNeighbours(thread);
      const { clock, timeoutMs } = this.options;
      this.failQueue(clock.monotonicMs() - timeoutMs, {
        kind: "busy",
        message: `no connection became free within ${timeoutMs} ms`,
        wasSent: false,
      });
      if (this.queue.length > 0) this.dispatch();
      if (this.queue.length > 0 || [...this.threads].some((thread) => thread.isBusy)) this.look();
    });
  }

  /** Where one call has run since the last look, the others of its batch go elsewhere. */
  private freeNeighbours(thread: WorkerThread): void {
    const running = thread.running();
    const isHeldUp = running !== undefined && running === thread.seenRunning;
    thread.seenRunning = running;
    thread.holdingUp = isHeldUp ? running : undefined;
    if (!isHeldUp) return;
    const others = [...(this.options.readsOnly ? thread.takeUnpublished() : []), ...thread.revokeWaiting()];
    this.queue.unshift(...others);
    if (running.isAnswered) this.setAside(thread, running);
  }

  private setAside(thread: WorkerThread, { statement }: Call): void {
    if (!this.options.readsOnly || this.isClosed || this.aside.size >= this.options.size) return;
    if (!this.threads.delete(thread)) return;
    this.aside.add(thread);
    this.options.onSetAside(statement);
    void this.addThread();
  }

  private addThread(): Promise<StartFault | undefined> {
    return new Promise((resolve) => {
      const thread = this.options.makeThread({
        ready: (ready, fault) => {
          this.starts.get(ready)?.(fault);
          this.starts.delete(ready);
          this.schedule();
        },
        idle: (idle) => {
          this.kept.get(idle)?.sendNext();
          if (this.aside.delete(idle)) void idle.close();
          else if (this.queue.length > 0) this.schedule();
        },
        died: (dead, calls, error) => this.bury(dead, calls, error),
      });
      this.threads.add(thread);
      this.starts.set(thread, resolve);
    });
  }

  private bury(thread: WorkerThread, calls: readonly Call[], error: Error): void {
    this.threads.delete(thread);
    this.aside.delete(thread);
    this.kept.get(thread)?.die(error);
    this.kept.delete(thread);
    this.lastDeathMs = this.options.clock.monotonicMs();
    this.options.onDeath(error);
    for (const call of calls) call.fail({ kind: "lost", message: error.message });
    this.starts.get(thread)?.({ kind: "unreachable", message: error.message });
    this.starts.delete(thread);
  }

  /** Threads that died come back when they are needed, but not more often than once in a while. */
  private replaceDead(): void {
    if (this.threads.size >= this.options.size) return;
    if (this.options.clock.monotonicMs() - this.lastDeathMs < spawnPauseMs) return;
    while (this.threads.size < this.options.size) void this.addThread();
  }

  private letGo(thread: WorkerThread): void {
    if (this.kept.delete(thread)) this.schedule();
  }

  private failQueue(queuedBeforeMs: number, fault: SqliteFault): void {
    const late = this.queue.findIndex((call) => call.queuedAtMs >= queuedBeforeMs);
    const calls = late < 0 ? this.queue.splice(0) : this.queue.splice(0, late);
    for (const call of calls) call.fail(fault);
  }
}
