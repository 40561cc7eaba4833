import { Worker } from "node:worker_threads";
import type { Call } from "./call.js";
import { guardExit } from "../threads/exit-guard.js";
import {
  CallState,
  maxBatch,
  type FromWorker,
  type Reply,
  type SqliteStatement,
  type StartFault,
  type ToWorker,
  type WorkerSettings,
  workingSlot,
} from "./protocol.js";

export interface ThreadEvents {
  /** Told once, when the thread can take calls, or why it never will. */
  ready(thread: WorkerThread, fault: StartFault | undefined): void;
  /** The batch is done and the thread is free. */
  idle(thread: WorkerThread): void;
  /** The thread is gone, though nobody closed it. `calls` have no answer. */
  died(thread: WorkerThread, calls: readonly Call[], error: Error): void;
}

/** This side of one thread. It has one batch at a time; calls in it may be taken back until the thread begins them. */
export class WorkerThread {
  /** The call that ran at the last look. */
  seenRunning: Call | undefined;
  /** The call that ran at the last look and at the one before: it holds everything up. */
  holdingUp: Call | undefined;
  private readonly worker: Worker;
  private readonly events: ThreadEvents;
  private readonly states = new Int32Array(
    new SharedArrayBuffer((maxBatch + 1) * Int32Array.BYTES_PER_ELEMENT),
  );
  /** By identity first; by content, because a reload makes every statement anew and most are what they were. */
  private readonly numbers = new WeakMap<SqliteStatement, number>();
  private readonly known = new Map<string, number>();
  private readonly gone: Promise<void>;
  private batch: (Call | undefined)[] = [];
  private isReady = false;
  private isClosing = false;

  constructor(settings: Omit<WorkerSettings, "states">, events: ThreadEvents) {
    this.events = events;
    this.worker = new Worker(workerUrl(), { workerData: { ...settings, states: this.states } });
    this.worker.on("message", (message: FromWorker) => this.hear(message));
    const stopGuarding = guardExit(this.states, workingSlot);
    let lastError: Error | undefined;
    this.worker.on(
      "error",
      (error) => (lastError = error instanceof Error ? error : new Error(String(error))),
    );
    this.gone = new Promise((resolve) => {
      this.worker.once("exit", () => {
        stopGuarding();
        resolve();
        this.die(lastError);
      });
    });
  }

  get isIdle(): boolean {
    return this.isReady && !this.isClosing && this.batch.length === 0;
  }

  get isBusy(): boolean {
    return this.batch.length > 0;
  }

  /** Sends up to `maxBatch` calls. Only to an idle thread. A thread at work keeps the process alive; an idle one not. */
  send(calls: readonly Call[]): void {
    const definitions: [number, SqliteStatement][] = [];
    const message = calls.map((call, position) => {
      call.thread = this;
      call.position = position;
      return [this.numberOf(call.statement, definitions), call.values] as const;
    });
    this.states.fill(CallState.waiting);
    this.states[workingSlot] = 1;
    this.batch = [...calls];
    this.worker.ref();
    this.post({ kind: "batch", definitions, calls: message });
  }

  /** Takes back a call that has not begun. False where it has, or may have been done. */
  revoke(call: Call): boolean {
    if (this.batch[call.position] !== call) return false;
    const before = Atomics.compareExchange(this.states, call.position, CallState.waiting, CallState.revoked);
    if (before !== CallState.waiting) return false;
    this.batch[call.position] = undefined;
    return true;
  }

  /** Takes back all that has not begun, in order. */
  revokeWaiting(): readonly Call[] {
    return this.batch.filter((call): call is Call => call !== undefined && this.revoke(call));
  }

  /** The call that runs now: of those that have begun and are not answered, the last. */
  running(): Call | undefined {
    return this.batch.findLast(
      (call, position) => call && Atomics.load(this.states, position) === CallState.claimed,
    );
  }

  /** Takes the calls that have begun before the one that runs: their answers, if any come, are dropped. */
  takeUnpublished(): readonly Call[] {
    const running = this.running();
    const taken: Call[] = [];
    for (const [position, call] of this.batch.entries()) {
      if (call === undefined || call === running) continue;
      if (Atomics.load(this.states, position) !== CallState.claimed) continue;
      this.batch[position] = undefined;
      taken.push(call);
    }
    return taken;
  }

  /** Asks the thread to close its connection and end. One in mid-query does so afterwards; it is never killed. */
  close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true;
      this.post({ kind: "close" });
      if (this.isBusy) this.worker.unref();
      else this.worker.ref();
    }
    return this.gone;
  }

  private hear(message: FromWorker): void {
    if (message.kind === "replies") return this.takeReplies(message.replies, message.isLast);
    this.isReady = message.fault?.kind !== "driver" && message.fault?.kind !== "init";
    if (this.batch.length === 0) this.worker.unref();
    this.events.ready(this, message.fault);
  }

  private takeReplies(replies: readonly Reply[], isLast: boolean): void {
    for (const [position, value, fault] of replies) {
      const call = this.batch[position];
      this.batch[position] = undefined;
      if (fault === undefined) call?.succeed(value);
      else call?.fail(fault);
    }
    if (!isLast) return;
    this.batch = [];
    this.seenRunning = undefined;
    this.holdingUp = undefined;
    this.worker.unref();
    this.events.idle(this);
  }

  private die(error: Error | undefined): void {
    this.isReady = false;
    const calls = this.batch.filter((call) => call !== undefined);
    this.batch = [];
    if (!this.isClosing) this.events.died(this, calls, error ?? new Error("The thread ended by itself."));
  }

  private numberOf(statement: SqliteStatement, definitions: [number, SqliteStatement][]): number {
    const numbered = this.numbers.get(statement);
    if (numbered !== undefined) return numbered;
    const content = JSON.stringify(Object.entries(statement).sort());
    let number = this.known.get(content);
    if (number === undefined) {
      number = this.known.size;
      this.known.set(content, number);
      definitions.push([number, statement]);
    }
    this.numbers.set(statement, number);
    return number;
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}

/**
 * The compiled thread. Node 20 runs no TypeScript in threads, so where this file itself runs from `src`, as under
 * vitest, it is the one that the last build left in `dist`.
 */
function workerUrl(): URL {
  const beside = new URL("./worker.js", import.meta.url).href;
  const isCompiled = import.meta.url.endsWith(".js");
  return new URL(
    isCompiled ? beside : beside.replace(/\/src(\/connections\/sqlite\/worker\.js)$/, "/dist$1"),
  );
}
