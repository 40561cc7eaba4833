import type { Cancel, Clock } from "../../contracts/host.js";
import type { Tensor } from "./element-type.js";
import type { LoadFault, Measured, RunFault } from "./protocol.js";
import { maxBatch } from "./protocol.js";
import { Run, type RunReceiver } from "./run.js";
import type { SessionThread, ThreadEvents } from "./session-thread.js";

export interface PoolOptions {
  readonly size: number;
  /** How many runs may wait for a thread. */
  readonly maxQueued: number;
  readonly clock: Clock;
  readonly makeThread: (events: ThreadEvents) => SessionThread;
  /** Told when a run goes on though nobody waits for it, and a new thread takes its thread's place. */
  readonly onSetAside: () => void;
  readonly onDeath: (error: Error) => void;
}

/** What a thread is given at a time, as far as can be told from how long runs took. */
const batchMs = 2;
const heldUpMs = 10;
const patienceMs = 100;
const replaceAfterMs = 1_000;
const cancelled = { kind: "cancelled", message: "the model was closed" } as const;

/**
 * Threads with the same model, and the runs that wait for one. An idle thread is given a run at once. Runs that wait for
 * a busy one travel together: as many as take a moment, so one by one where runs are long; where one takes longer than
 * thought, the others of its batch come back. A run cannot be stopped: one that is given up and goes on is set aside
 * with its thread, and another thread loads the model, so that the rest need not wait for it. As many threads as the
 * pool has can be set aside at a time; that is the bound of its memory.
 */
export class SessionPool {
  private readonly options: PoolOptions;
  private readonly threads = new Set<SessionThread>();
  private readonly aside = new Set<SessionThread>();
  private readonly starts = new Map<SessionThread, (started: LoadFault | Measured) => void>();
  private readonly timers = new Set<Cancel>();
  private queue: Run[] = [];
  /** Follows how long runs take, and is at first what makes them travel one by one. */
  private runMs = batchMs;
  private isClosed = false;
  private isReplacing = false;
  private whenDrained: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /** Starts the threads. Resolves when each is ready, or with the first reason why one is not. */
  async start(): Promise<LoadFault | Measured> {
    const started = await Promise.all(Array.from({ length: this.options.size }, () => this.addThread()));
    return started.find((each) => "reason" in each) ?? started[0]!;
  }

  /** The receiver is told once, later than this returns, and not at all after `cancel`. */
  run(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[], receiver: RunReceiver): Run {
    const run = new Run(feeds, fetches, receiver);
    if (this.isClosed) this.failLater(run, { ...cancelled, wasSent: false });
    else if (this.queue.length < this.options.maxQueued) {
      this.queue.push(run);
      this.dispatch();
    } else this.failLater(run, { kind: "busy", message: `${this.queue.length} runs wait`, wasSent: false });
    return run;
  }

  /** Gives a run up. One that waits here never begins; the answer of one on a thread is dropped. */
  cancel(run: Run): void {
    if (run.isAnswered) return;
    run.forget();
    const place = this.queue.indexOf(run);
    if (place >= 0) this.queue.splice(place, 1);
    else this.watch(run);
    this.lookDrained();
  }

  /** Resolves when everything is answered that was begun here; then the threads end. */
  async drain(): Promise<void> {
    await this.drained();
    await this.close(0);
  }

  /** Waits up to `graceMs` for what runs, then tells the rest that it was cancelled. */
  async close(graceMs: number): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const run of this.queue.splice(0)) run.fail({ ...cancelled, wasSent: false });
    if (graceMs > 0) await this.atMost(graceMs, this.drained());
    for (const stop of this.timers) stop();
    const threads = [...this.threads, ...this.aside];
    for (const run of this.queue.splice(0)) run.fail(cancelled);
    const endings = threads.map((thread) => {
      for (const run of thread.takeBack()) run.fail(cancelled);
      thread.fail(cancelled);
      return { isBusy: thread.isBusy, gone: thread.close() };
    });
    await this.atMost(500, Promise.all(endings.filter(({ isBusy }) => !isBusy).map(({ gone }) => gone)));
  }

  private failLater(run: Run, fault: RunFault): void {
    setImmediate(() => run.fail(fault));
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (this.queue.length === 0) return;
      if (thread.isIdle) this.send(thread, this.takeBatch());
    }
  }

  /** A run whose buffers are handed over cannot come back, so it travels alone. */
  private takeBatch(): readonly Run[] {
    const { queue } = this;
    const most = Math.min(queue.length, maxBatch, Math.max(1, Math.floor(batchMs / this.runMs)));
    const large = queue.slice(0, most).findIndex(({ largeBuffers }) => largeBuffers.length > 0);
    return queue.splice(0, large < 0 ? most : Math.max(1, large));
  }

  private send(thread: SessionThread, runs: readonly Run[]): void {
    thread.send(runs);
    if (runs.length === 1) return;
    this.after(heldUpMs, () => {
      if (thread.isAt(runs)) this.giveBack(thread.takeBack());
    });
  }

  /** To the front of the queue. */
  private giveBack(runs: readonly Run[]): void {
    this.queue.unshift(...runs);
    this.dispatch();
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.whenDrained = resolve;
      this.lookDrained();
    });
  }

  private lookDrained(): void {
    if (this.whenDrained === undefined || this.queue.length > 0) return;
    if (![...this.threads].some((thread) => thread.isAwaited)) this.whenDrained();
  }

  /** A run that was given up on a thread. */
  private watch(run: Run): void {
    this.after(patienceMs, () => {
      const thread = [...this.threads].find(({ running }) => running === run);
      if (thread === undefined || this.isClosed || this.aside.size >= this.options.size) return;
      this.threads.delete(thread);
      this.aside.add(thread);
      this.options.onSetAside();
      void this.addThread();
    });
  }

  private addThread(): Promise<LoadFault | Measured> {
    return new Promise((resolve) => {
      const thread = this.options.makeThread({
        ready: (ready, measured) => {
          this.starts.get(ready)?.(measured);
          this.starts.delete(ready);
          this.dispatch();
        },
        unusable: (unusable, fault) => this.leaveOut(unusable, fault),
        idle: (idle, runMs) => {
          if (runMs !== undefined) this.runMs = (this.runMs + runMs) / 2;
          if (this.aside.delete(idle)) void idle.close();
          else this.dispatch();
          this.lookDrained();
        },
        died: (dead, others, error) => this.bury(dead, others, error),
      });
      this.threads.add(thread);
      this.starts.set(thread, resolve);
    });
  }

  private leaveOut(thread: SessionThread, fault: LoadFault): void {
    this.threads.delete(thread);
    this.starts.get(thread)?.(fault);
    this.starts.delete(thread);
    this.replaceMissing();
    if (this.threads.size > 0) return;
    for (const run of this.queue.splice(0)) run.fail({ kind: "lost", message: fault.reason, wasSent: false });
  }

  private bury(thread: SessionThread, others: readonly Run[], error: Error): void {
    this.aside.delete(thread);
    thread.fail({ kind: "lost", message: error.message });
    this.giveBack(others);
    this.leaveOut(thread, { kind: "model", reason: error.message });
    this.options.onDeath(error);
    this.lookDrained();
  }

  /** Threads that died come back, but not more often than once in a while. */
  private replaceMissing(): void {
    if (this.isReplacing || this.isClosed) return;
    this.isReplacing = true;
    this.after(replaceAfterMs, () => {
      this.isReplacing = false;
      while (!this.isClosed && this.threads.size < this.options.size) void this.addThread();
    });
  }

  private after(delayMs: number, act: () => void): void {
    const stop = this.options.clock.after(delayMs, () => {
      this.timers.delete(stop);
      act();
    });
    this.timers.add(stop);
  }

  private async atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
    let stopWaiting: Cancel = () => undefined;
    const limit = new Promise<void>((resolve) => (stopWaiting = this.options.clock.after(limitMs, resolve)));
    await Promise.race([work, limit]);
    stopWaiting();
  }
}
