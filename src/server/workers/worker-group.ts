import type { Logger } from "../../observe/logger.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { logProblems } from "../service-log.js";
import type { Answers, Question } from "./messages.js";
import type { WorkerProcess } from "./worker-process.js";

export interface WorkerGroupOptions {
  readonly count: number;
  readonly logger: Logger;
  readonly fork: (number: number) => WorkerProcess;
  /** Told of each worker that serves in place of one that ended. */
  readonly onReplaced: () => void;
}

export interface NumberedWorker {
  readonly number: number;
  readonly process: WorkerProcess;
}

const firstPauseMs = 200;
const longestPauseMs = 30_000;
/** One that served as long as this and ends is replaced at once. */
const goodLifeMs = 10_000;

/** As many processes as wanted behind one port: one that ends is replaced, the sooner the longer it has lived. */
export class WorkerGroup {
  restarts = 0;
  private readonly options: WorkerGroupOptions;
  private readonly serving = new Map<number, WorkerProcess>();
  private readonly running = new Set<WorkerProcess>();
  private readonly wakers = new Set<() => void>();
  private isStopping = false;

  constructor(options: WorkerGroupOptions) {
    this.options = options;
  }

  /** Those that serve, in the order of their numbers. */
  get workers(): readonly NumberedWorker[] {
    const entries = [...this.serving].map(([number, process]) => ({ number, process }));
    return entries.sort((a, b) => a.number - b.number);
  }

  /**
   * Starts the first one, so that what has to be made once is made once, then the others. Answers the URL. Rejects with
   * why one cannot serve, or was stopped before it did; the others are there until they are stopped.
   */
  async start(): Promise<string> {
    const first = await this.startOne(1);
    const others = Array.from({ length: this.options.count - 1 }, (_, index) => this.startOne(index + 2));
    await Promise.all(others);
    return first;
  }

  /** Asks all that serve. One that ends meanwhile gives no answer. */
  async ask<Kind extends Question>(
    question: Kind,
    tags?: readonly string[],
  ): Promise<readonly { readonly worker: NumberedWorker; readonly answer: Answers[Kind] }[]> {
    const answers = await Promise.all(
      this.workers.map(async (worker) => {
        try {
          return { worker, answer: await worker.process.ask(question, tags) };
        } catch {
          return undefined;
        }
      }),
    );
    return answers.filter((each) => each !== undefined);
  }

  /** Lets all finish what they have begun; what is left after `timeoutMs` is ended. Answers whether all was answered. */
  async stop(timeoutMs: number): Promise<boolean> {
    this.isStopping = true;
    for (const wake of this.wakers) wake();
    const timer = setTimeout(() => {
      for (const process of this.running) process.kill();
    }, timeoutMs);
    const starting = [...this.running].filter((process) => ![...this.serving.values()].includes(process));
    for (const process of starting) process.kill();
    const stopped = await Promise.all(
      [...this.serving.values()].map((process) => process.ask("stop").catch(() => false)),
    );
    await Promise.all([...this.running].map(({ ended }) => ended));
    clearTimeout(timer);
    return stopped.every(Boolean);
  }

  private async startOne(number: number): Promise<string> {
    const process = this.fork(number);
    const url = await process.served;
    this.serving.set(number, process);
    void this.keep(number, process);
    return url;
  }

  private fork(number: number): WorkerProcess {
    const process = this.options.fork(number);
    this.running.add(process);
    void process.ended.then(() => this.running.delete(process));
    process.served.catch(() => undefined);
    return process;
  }

  private async keep(number: number, first: WorkerProcess): Promise<void> {
    const { logger } = this.options;
    let process = first;
    let pauseMs = 0;
    for (;;) {
      const startedMs = Date.now();
      const how = await process.ended;
      this.serving.delete(number);
      if (this.isStopping) return;
      const isYoung = Date.now() - startedMs < goodLifeMs;
      pauseMs = isYoung ? Math.min(longestPauseMs, Math.max(firstPauseMs, pauseMs * 2)) : 0;
      logger.error(
        { worker: number, pid: process.pid, how, pause_ms: pauseMs },
        "A worker ended; it is replaced.",
      );
      await this.pause(pauseMs);
      if (this.isStopping) return;
      this.restarts += 1;
      process = await this.replace(number);
    }
  }

  private async replace(number: number): Promise<WorkerProcess> {
    const { logger, onReplaced } = this.options;
    const process = this.fork(number);
    try {
      await process.served;
      this.serving.set(number, process);
      logger.info({ worker: number, pid: process.pid }, "A worker serves in place of the one that ended.");
      onReplaced();
    } catch (error) {
      if (!this.isStopping) logProblems(asOrchestratorError(error).problems, logger);
    }
    return process;
  }

  private pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, durationMs);
      this.wakers.add(wake);
    });
  }
}
