import type { ShadowCondition } from "../../engine/shared-state.js";
import type { JsonObject } from "../../expression/value.js";
import type { Snapshot } from "../../observe/metrics/snapshot.js";
import type { Problem } from "../../problems/problem.js";
import type { ReloadResult } from "../generations/reloader.js";
import type { Readiness } from "../service-operations.js";

/** What the parent asks a worker, and what it gets. */
export interface Answers {
  readonly readiness: Readiness;
  readonly describe: JsonObject;
  readonly sources: JsonObject;
  readonly shadows: readonly ShadowCondition[];
  readonly purge: number;
  readonly metrics: Snapshot;
  /** Reads the files and makes what would serve next, beside what serves. */
  readonly prepare: Preparation;
  /** Lets what was prepared serve. */
  readonly commit: Committed;
  /** Drops what was prepared. */
  readonly abort: null;
  /** Answers whether every request was answered. The worker ends then. */
  readonly stop: boolean;
}

export type Question = keyof Answers;

export interface Preparation {
  readonly status: ReloadResult["status"];
  readonly problems: readonly Problem[];
}

export interface Committed {
  readonly result: ReloadResult;
  readonly fingerprint: string;
}

/** From the parent to a worker. */
export interface Asked {
  readonly ask: number;
  readonly question: Question;
  /** Of `purge`. */
  readonly tags?: readonly string[] | undefined;
}

/** From a worker to the parent. */
export type Told =
  | {
      readonly kind: "serving";
      readonly url: string;
      /** Of the files that it serves: two workers with the same serve the same. */
      readonly fingerprint: string;
    }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] }
  | { readonly kind: "answer"; readonly ask: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly ask: number; readonly message: string };

/** How a worker is told who it is. */
export const workerVariable = "ORCHESTRATOR_WORKER";
/** The port at which all workers listen. */
export const portVariable = "ORCHESTRATOR_WORKER_PORT";

/** The number of the worker that this process is, from 1 on; `undefined` where it is none. */
export function workerNumber(): number | undefined {
  const text = process.env[workerVariable];
  return text !== undefined && process.send !== undefined ? Number(text) : undefined;
}
