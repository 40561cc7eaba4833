import type { Worker } from "node:cluster";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Answers, Asked, Question, Told } from "./messages.js";

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** One process that answers requests, as its parent sees it. */
export class WorkerProcess {
  readonly since = new Date();
  /** Of what it serves, once it serves. */
  fingerprint: string | undefined;
  /** Resolves with its URL. Rejects with an OrchestratorError where it cannot serve, or ends before it does. */
  readonly served: Promise<string>;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private isEnded = false;

  constructor(worker: Worker) {
    this.worker = worker;
    this.ended = new Promise((resolve) => {
      worker.once("exit", (code, signal) => {
        this.isEnded = true;
        resolve(signal ?? `exit code ${code}`);
        for (const { reject } of this.waiting.values()) reject(new Error("The worker has ended."));
      });
    });
    this.served = new Promise((resolve, reject) => {
      worker.on("message", (told: Told) => {
        if (told.kind === "serving") {
          this.fingerprint = told.fingerprint;
          resolve(told.url);
        } else if (told.kind === "failed") reject(errorOf(told.problems));
        else if (told.kind === "answer" || told.kind === "failure") this.settle(told);
      });
      void this.ended.then((how) => reject(failure("WORKER_ENDED", { how })));
    });
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  /** Rejects where it ends before it has answered. */
  ask<Kind extends Question>(question: Kind, tags?: readonly string[]): Promise<Answers[Kind]> {
    return new Promise((resolve, reject) => {
      if (this.isEnded) return reject(new Error("The worker has ended."));
      const ask = ++this.asked;
      this.waiting.set(ask, { resolve, reject });
      const asked: Asked = { ask, question, tags };
      this.worker.send(asked, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  kill(): void {
    this.worker.process.kill("SIGKILL");
  }

  private settle(told: Extract<Told, { readonly ask: number }>): void {
    const waiting = this.waiting.get(told.ask);
    this.waiting.delete(told.ask);
    if (told.kind === "answer") waiting?.resolve(told.value as never);
    else waiting?.reject(new Error(told.message));
  }
}

function errorOf(problems: Extract<Told, { readonly kind: "failed" }>["problems"]): OrchestratorError {
  const first = problems.find(({ severity }) => severity === "error") ?? problems[0];
  return first === undefined ? failure("INTERNAL", {}) : new OrchestratorError(first, undefined, problems);
}
