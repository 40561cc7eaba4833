import { Worker } from "node:worker_threads";
import { guardExit } from "../threads/exit-guard.js";
import { packTensors, unpackTensors } from "./packed-tensors.js";
import {
  begunSlot,
  maxBatch,
  slots,
  workingSlot,
  type FromWorker,
  type LoadFault,
  type Measured,
  type RunAnswer,
  type RunFault,
  type SentRun,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.js";
import type { Run } from "./run.js";

export interface ThreadEvents {
  /** Told once: the thread can take runs. */
  ready(thread: SessionThread, measured: Measured): void;
  /** Told once instead: it never will. The thread ends. */
  unusable(thread: SessionThread, fault: LoadFault): void;
  /** A batch is done and the thread is free. `runMs` is how long one of its runs took, if any was begun. */
  idle(thread: SessionThread, runMs: number | undefined): void;
  /** The thread is gone, though nobody closed it. What is still its own has no answer, and `others` neither. */
  died(thread: SessionThread, others: readonly Run[], error: Error): void;
}

/** This side of one thread. It has one batch at a time; a run that it has begun nothing can end before it ends by itself. */
export class SessionThread {
  isBusy = false;
  /** The runs of its batch, without those that were taken back. */
  private batch: readonly (Run | undefined)[] = [];
  private readonly worker: Worker;
  private readonly events: ThreadEvents;
  private readonly states = new Int32Array(new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT));
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
    return this.isReady && !this.isClosing && !this.isBusy;
  }

  /** Whether somebody waits for an answer. */
  get isAwaited(): boolean {
    return this.batch.some((run) => run?.isAnswered === false);
  }

  /** Whether these are its batch, all of them. */
  isAt(runs: readonly Run[]): boolean {
    return this.batch === runs;
  }

  /** The run that was begun last. */
  get running(): Run | undefined {
    return this.batch[Math.min(Atomics.load(this.states, begunSlot), this.batch.length) - 1];
  }

  /** Up to `maxBatch` runs, only to an idle thread. A thread at work keeps the process alive; an idle one does not. */
  send(runs: readonly Run[]): void {
    this.isBusy = true;
    this.batch = runs;
    this.states[workingSlot] = 1;
    this.states[begunSlot] = 0;
    this.worker.ref();
    const message: ToWorker = { kind: "batch", runs: runs.map(sentRun) };
    this.worker.postMessage(
      message,
      runs.flatMap(({ largeBuffers }) => largeBuffers),
    );
  }

  /**
   * Takes back all but the run that was begun last. Those before it have been run, but are answered with the last; a run
   * leaves no trace, so it may be run again. Of a batch that has ended nothing comes back: its answers are on their way.
   */
  takeBack(): readonly Run[] {
    const { batch } = this;
    const begun = Atomics.exchange(this.states, begunSlot, maxBatch);
    if (begun > batch.length) return [];
    this.batch = batch.slice(0, begun).map((run, index) => (index === begun - 1 ? run : undefined));
    return batch.filter((run, index): run is Run => run?.isAnswered === false && index !== begun - 1);
  }

  /** Tells everyone who still waits. */
  fail(fault: RunFault): void {
    for (const run of this.batch) run?.fail(fault);
  }

  /** Asks the thread to free its model and end. One in mid-run does so afterwards; it is never killed. */
  close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true;
      const message: ToWorker = { kind: "close" };
      this.worker.postMessage(message);
      if (this.isBusy) this.worker.unref();
      else this.worker.ref();
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
        return this.end(message.answers, message.tookMs);
    }
  }

  /** The next batch goes first, so that the thread works while this one's answers are used. */
  private end(answers: readonly RunAnswer[], tookMs: number): void {
    const { batch } = this;
    this.isBusy = false;
    this.batch = [];
    if (!this.isClosing) this.worker.unref();
    this.events.idle(this, answers.length > 0 ? tookMs / answers.length : undefined);
    for (const [index, answer] of answers.entries()) {
      if ("kind" in answer) batch[index]?.fail(answer);
      else batch[index]?.succeed(unpackTensors(answer));
    }
  }

  private die(error: Error): void {
    this.isReady = false;
    this.isBusy = false;
    if (!this.isClosing) this.events.died(this, this.takeBack(), error);
  }
}

function sentRun({ feeds, fetches }: Run): SentRun {
  return { names: Object.keys(feeds), inputs: packTensors(Object.values(feeds)), fetches };
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
