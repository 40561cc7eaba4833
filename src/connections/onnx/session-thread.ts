import { Worker } from "node:worker_threads";
import { guardExit } from "../threads/exit-guard.js";
import type { Tensor } from "./element-type.js";
import {
  workingSlot,
  type FromWorker,
  type LoadFault,
  type Measured,
  type RunFault,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.js";

export interface RunReceiver {
  succeed(outputs: readonly Tensor[]): void;
  fail(fault: RunFault): void;
}

/** One run on its way. Whoever answers first wins; a cancelled one has been answered. */
export class Run {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
  private receiver: RunReceiver | undefined;

  constructor(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[], receiver: RunReceiver) {
    this.feeds = feeds;
    this.fetches = fetches;
    this.receiver = receiver;
  }

  get isAnswered(): boolean {
    return this.receiver === undefined;
  }

  succeed(outputs: readonly Tensor[]): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.succeed(outputs);
  }

  fail(fault: RunFault): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.fail(fault);
  }

  forget(): void {
    this.receiver = undefined;
  }
}

export interface ThreadEvents {
  /** Told once: the thread can take runs. */
  ready(thread: SessionThread, measured: Measured): void;
  /** Told once instead: it never will. The thread ends. */
  unusable(thread: SessionThread, fault: LoadFault): void;
  /** A run has ended, and the thread is free. */
  idle(thread: SessionThread): void;
  /** The thread is gone, though nobody closed it. Its run, if any, has no answer. */
  died(thread: SessionThread, run: Run | undefined, error: Error): void;
}

/** This side of one thread. It has one run at a time, which nothing can end before it ends by itself. */
export class SessionThread {
  running: Run | undefined;
  private readonly worker: Worker;
  private readonly events: ThreadEvents;
  private readonly states = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly gone: Promise<void>;
  private isReady = false;
  private isClosing = false;

  constructor(settings: Omit<WorkerSettings, "states">, events: ThreadEvents, url = workerUrl()) {
    this.events = events;
    this.states[workingSlot] = 1;
    this.worker = new Worker(url, { workerData: { ...settings, states: this.states } });
    this.worker.on("message", (message: FromWorker) => this.hear(message));
    const stopGuarding = guardExit(this.states, workingSlot);
    let lastError: Error | undefined;
    this.worker.on("error", (error) => {
      lastError = error instanceof Error ? error : new Error(String(error));
    });
    this.gone = new Promise((resolve) => {
      this.worker.once("exit", () => {
        stopGuarding();
        resolve();
        this.die(lastError ?? new Error("the thread ended by itself"));
      });
    });
  }

  get isIdle(): boolean {
    return this.isReady && !this.isClosing && this.running === undefined;
  }

  /** Only to an idle thread. A thread at work keeps the process alive; an idle one does not. */
  send(run: Run): void {
    this.running = run;
    this.states[workingSlot] = 1;
    this.worker.ref();
    const { feeds, fetches } = run;
    const message: ToWorker = { kind: "run", feeds, fetches };
    this.worker.postMessage(message, largeBuffers(feeds));
  }

  /** Asks the thread to free its model and end. One in mid-run does so afterwards; it is never killed. */
  close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true;
      const message: ToWorker = { kind: "close" };
      this.worker.postMessage(message);
      if (this.running === undefined) this.worker.ref();
      else this.worker.unref();
    }
    return this.gone;
  }

  private hear(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.isReady = true;
        if (!this.isClosing) this.worker.unref();
        return this.events.ready(this, message.measured);
      case "unusable":
        void this.close();
        return this.events.unusable(this, message.fault);
      case "done":
        this.takeRun()?.succeed(message.outputs);
        return this.events.idle(this);
      case "failed":
        this.takeRun()?.fail(message.fault);
        return this.events.idle(this);
    }
  }

  private takeRun(): Run | undefined {
    const { running } = this;
    this.running = undefined;
    if (!this.isClosing) this.worker.unref();
    return running;
  }

  private die(error: Error): void {
    const { running } = this;
    this.isReady = false;
    this.running = undefined;
    if (!this.isClosing) this.events.died(this, running, error);
  }
}

const largeBytes = 65_536;

/** Copying a small buffer is cheaper than handing it over. A caller's feeds are its own no more. */
function largeBuffers(feeds: Readonly<Record<string, Tensor>>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const name in feeds) {
    const { data } = feeds[name]!;
    if ("buffer" in data && data.byteLength > largeBytes) buffers.add(data.buffer as ArrayBuffer);
  }
  return [...buffers];
}

/**
 * The compiled thread. Node 20 runs no TypeScript in threads, so where this file itself runs from `src`, as under
 * vitest, it is the one that the last build left in `dist`.
 */
function workerUrl(): URL {
  const beside = new URL("./worker.js", import.meta.url).href;
  const isCompiled = import.meta.url.endsWith(".js");
  return new URL(isCompiled ? beside : beside.replace(/\/src(\/connections\/onnx\/worker\.js)$/, "/dist$1"));
}
