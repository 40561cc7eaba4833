import type { Clock } from "../../contracts/host.js";
import type { Cancellable } from "../../contracts/source.js";
import type { Tensor } from "./element-type.js";
import { loadFault } from "./fault.js";
import { InlineRuns } from "./inline-runs.js";
import type { LoadedFile } from "./model-content.js";
import type { LoadFault, Measured } from "./protocol.js";
import { sampleOf, tensorNames } from "./sample.js";
import { Session } from "./session.js";
import { SessionPool } from "./session-pool.js";
import type { RunReceiver } from "./run.js";
import { SessionThread } from "./session-thread.js";

export interface LoadOptions {
  /** Where runs happen: on threads, on the event loop, or there only while they are too short to be noticed. */
  readonly execution: "worker" | "auto" | "inline";
  readonly workers: number;
  readonly intraOpThreads: number;
  readonly clock: Clock;
  readonly log: (level: "warn" | "error", message: string) => void;
}

const maxQueued = 1_024;
const maxInlineRows = 1_024;
/** What `auto` lets the event loop wait for: a run, and the loading of the model. */
const shortRunMs = 0.3;
const shortLoadMs = 50;
/** So many runs of this length, one after another, end `auto`'s use of the event loop. */
const longRunMs = 2;
const longRunsAreMany = 5;

/** One version of a model, loaded. */
export class LoadedModel {
  readonly loaded: LoadedFile;
  private readonly options: LoadOptions;
  private started: Threads | undefined;
  private inline: InlineRuns | undefined;
  /** Until `auto` finds that its runs take long after all. */
  private mayRunInline = true;
  private longRuns = 0;

  private constructor(loaded: LoadedFile, options: LoadOptions) {
    this.loaded = loaded;
    this.options = options;
  }

  /** Answers why the model cannot be used, where it cannot. */
  static async load(loaded: LoadedFile, options: LoadOptions): Promise<LoadedModel | LoadFault> {
    const model = new LoadedModel(loaded, options);
    try {
      const fault = await model.start();
      if (fault === undefined) return model;
      await model.close(0);
      return fault;
    } catch (error) {
      return loadFault(error);
    }
  }

  /** `rows` is how much of a batch this is. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: readonly string[],
    rows: number,
    receiver: RunReceiver,
  ): Cancellable {
    if (this.inline !== undefined && rows <= maxInlineRows && this.mayRunInline)
      return this.inline.run(feeds, fetches, receiver);
    const { pool } = this.threads();
    const run = pool.run(feeds, fetches, receiver);
    return { cancel: () => pool.cancel(run) };
  }

  /** Ends once everything that was begun here is answered. */
  async drain(): Promise<void> {
    await Promise.all([this.started?.pool.drain(), this.inline?.drain()]);
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all([this.started?.pool.close(graceMs), this.inline?.close()]);
  }

  private async start(): Promise<LoadFault | undefined> {
    const { execution } = this.options;
    if (execution === "inline") {
      this.inline = await this.loadInline();
      return undefined;
    }
    const started = await this.threads().started;
    if ("reason" in started) return started;
    if (execution === "auto" && isShort(started)) this.inline = await this.loadInline();
    return undefined;
  }

  /** A model that runs inline has none until a batch is large. */
  private threads(): Threads {
    if (this.started !== undefined) return this.started;
    const pool = this.makePool();
    return (this.started = { pool, started: pool.start() });
  }

  private makePool(): SessionPool {
    const { workers, intraOpThreads, clock, log, execution } = this.options;
    const { content, file } = this.loaded;
    const settings = {
      content,
      intraOpThreads,
      sample: sampleOf(file),
      fetches: tensorNames(file),
      measures: execution === "auto",
    };
    return new SessionPool({
      size: workers,
      maxQueued,
      clock,
      makeThread: (events) => new SessionThread(settings, events),
      onSetAside: () =>
        log(
          "warn",
          "The model still computes what nobody waits for; another thread takes its thread's place.",
        ),
      onDeath: (error) => log("error", `A thread of the model ended: ${error.message}`),
    });
  }

  private async loadInline(): Promise<InlineRuns> {
    const session = await Session.load(this.loaded.content, this.options.intraOpThreads);
    return new InlineRuns({ session, maxQueued, took: (runMs) => this.note(runMs) });
  }

  private note(runMs: number): void {
    this.longRuns = runMs > longRunMs ? this.longRuns + 1 : 0;
    if (this.longRuns >= longRunsAreMany && this.options.execution === "auto") this.mayRunInline = false;
  }
}

interface Threads {
  readonly pool: SessionPool;
  readonly started: Promise<LoadFault | Measured>;
}

function isShort({ loadMs, slowRunMs }: Measured): boolean {
  return slowRunMs !== undefined && slowRunMs <= shortRunMs && loadMs <= shortLoadMs;
}
