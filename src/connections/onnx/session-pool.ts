import type { Cancel, Clock } from "../../contracts/host.js";
import type { Tensor } from "./element-type.js";
import type { LoadFault, Measured, RunFault } from "./protocol.js";
import { Run, type RunReceiver, type SessionThread, type ThreadEvents } from "./session-thread.js";

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

const patienceMs = 100;
const replaceAfterMs = 1_000;
const cancelled = { kind: "cancelled", message: "the model was closed" } as const;

/**
 * Threads with the same model, and the runs that wait for one. A run cannot be stopped: one that is given up and goes
 * on is set aside with its thread, and another thread loads the model, so that the rest need not wait for it. As many
 * threads as the pool has can be set aside at a time; that is the bound of its memory.
 */
export class SessionPool {
  private readonly options: PoolOptions;
  private readonly threads = new Set<SessionThread>();
  private readonly aside = new Set<SessionThread>();
  private readonly starts = new Map<SessionThread, (started: LoadFault | Measured) => void>();
  private readonly timers = new Set<Cancel>();
  private queue: Run[] = [];
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
    const thread = this.idleThread();
    if (thread !== undefined) thread.send(run);
    else if (this.isClosed) this.failLater(run, { ...cancelled, wasSent: false });
    else if (this.queue.length < this.options.maxQueued) this.queue.push(run);
    else this.failLater(run, { kind: "busy", message: `${this.queue.length} runs wait`, wasSent: false });
    return run;
  }

  /** Gives a run up. One that waits never begins; the answer of one that has begun is dropped. */
  cancel(run: Run): void {
    run.forget();
    const place = this.queue.indexOf(run);
    if (place >= 0) this.queue.splice(place, 1);
    for (const thread of this.threads) if (thread.running === run) this.watch(thread, run);
    this.lookDrained();
  }

  /** Resolves when everything is answered that was begun here; then the threads end. */
  async drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.whenDrained = resolve;
      this.lookDrained();
    });
    await this.close(0);
  }

  /** Waits up to `graceMs` for what runs, then tells the rest that it was cancelled. */
  async close(graceMs: number): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const run of this.queue.splice(0)) run.fail({ ...cancelled, wasSent: false });
    if (graceMs > 0) {
      await this.atMost(
        graceMs,
        new Promise<void>((resolve) => {
          this.whenDrained = resolve;
          this.lookDrained();
        }),
      );
    }
    for (const stop of this.timers) stop();
    const threads = [...this.threads, ...this.aside];
    const endings = threads.map((thread) => {
      const isBusy = thread.running !== undefined;
      thread.running?.fail(cancelled);
      return { isBusy, gone: thread.close() };
    });
    await this.atMost(500, Promise.all(endings.filter(({ isBusy }) => !isBusy).map(({ gone }) => gone)));
  }

  private idleThread(): SessionThread | undefined {
    for (const thread of this.threads) if (thread.isIdle) return thread;
    return undefined;
  }

  private failLater(run: Run, fault: RunFault): void {
    setImmediate(() => run.fail(fault));
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const thread = this.idleThread();
      if (thread === undefined) return;
      thread.send(this.queue.shift()!);
    }
  }

  private lookDrained(): void {
    if (this.queue.length > 0) return;
    const isAtWork = [...this.threads].some(({ running }) => running !== undefined && !running.isAnswered);
    if (!isAtWork) this.whenDrained?.();
  }

  private watch(thread: SessionThread, run: Run): void {
    this.after(patienceMs, () => {
      if (thread.running !== run || this.isClosed || this.aside.size >= this.options.size) return;
      if (!this.threads.delete(thread)) return;
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
        idle: (idle) => {
          if (this.aside.delete(idle)) void idle.close();
          else this.dispatch();
          this.lookDrained();
        },
        died: (dead, run, error) => this.bury(dead, run, error),
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

  private bury(thread: SessionThread, run: Run | undefined, error: Error): void {
    this.aside.delete(thread);
    run?.fail({ kind: "lost", message: error.message });
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
