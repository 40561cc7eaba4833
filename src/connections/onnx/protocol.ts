import type { Tensor } from "./element-type.js";
import type { PackedTensors } from "./packed-tensors.js";

/** A model as threads get it: in memory that they share, so that all run the same, whatever happens to the file. */
export interface ModelContent {
  readonly model: SharedArrayBuffer;
  readonly weights: readonly WeightFile[];
}

export interface WeightFile {
  /** As the model names it. */
  readonly path: string;
  readonly data: SharedArrayBuffer;
}

export interface WorkerSettings {
  readonly content: ModelContent;
  readonly intraOpThreads: number;
  /** One row of zeros, which is run once the model is loaded. */
  readonly sample: Readonly<Record<string, Tensor>>;
  readonly fetches: readonly string[];
  /** Whether to measure how long the sample takes. */
  readonly measures: boolean;
  /** What both sides see at once: the numbers in the slots below. */
  readonly states: Int32Array;
}

/** 1 while the thread is at work: see `guardExit`. */
export const workingSlot = 0;
/**
 * How many runs of its batch the thread has begun, and one more when it has ended. It counts before it begins one, and
 * this side takes back what has not begun by counting to the end; both do it in one atomic step, so it is always certain
 * which runs have begun.
 */
export const begunSlot = 1;
export const slots = 2;

export const maxBatch = 32;

export type ToWorker =
  { readonly kind: "batch"; readonly runs: readonly SentRun[] } | { readonly kind: "close" };

export interface SentRun {
  /** Those of `inputs`, in their order. */
  readonly names: readonly string[];
  readonly inputs: PackedTensors;
  readonly fetches: readonly string[];
}

export type FromWorker =
  | { readonly kind: "ready"; readonly measured: Measured }
  | { readonly kind: "unusable"; readonly fault: LoadFault }
  | { readonly kind: "done"; readonly answers: readonly RunAnswer[]; readonly tookMs: number };

/** In the order of the runs, of as many of them as were begun. */
export type RunAnswer = PackedTensors | RunFault;

/** `undefined` where it was not asked for, or the sample does not run. */
export interface Measured {
  readonly loadMs: number;
  readonly slowRunMs: number | undefined;
}

/** Why a model cannot be used at all. `package`: because ONNX Runtime is not there, or does not load. */
export interface LoadFault {
  readonly kind: "package" | "model";
  /** Continues a sentence that begins with "The model cannot be used: ". For `package`, why it does not load. */
  readonly reason: string;
}

/** What went wrong in a run. `message` is for the log: it may quote values. */
export interface RunFault {
  readonly kind: RunFaultKind;
  readonly message: string;
  /** False where it is certain that nothing ran. */
  readonly wasSent?: boolean | undefined;
}

/**
 * `values`: the model does not take these values or shapes. `unsupported`: an output that is no tensor. `lost`: the
 * thread is gone. `busy`: too many wait. `cancelled`: the model was closed.
 */
export type RunFaultKind = "values" | "unsupported" | "lost" | "busy" | "cancelled" | "failed";
