import type { Cancellable } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Cells } from "./stored-cells.js";

/** The part of a view that a read wants. */
export interface StoredView {
  /** As the store calls it. */
  readonly name: string;
  readonly features: readonly string[];
  /** All features of the view, also those that nobody wants. */
  readonly allFeatures: readonly string[];
  /** Views with the same keys are in one group. */
  readonly group: number;
}

export interface CellReceiver {
  /** By view, keys in the order of the group's keys. */
  succeed(views: readonly Cells[]): void;
  fail(error: OrchestratorError): void;
}

/** A read of some views, worked out once. The receiver is told once, perhaps before this returns, not after `cancel`. */
export interface StoreRead {
  /** `keys` by group; no key stands twice in one group. */
  read(keys: readonly (readonly Buffer[])[], receiver: CellReceiver): Cancellable;
}

/** One kind of online store. */
export interface OnlineStore {
  /** What stands behind every key. */
  readonly keySuffix: Buffer;
  /** Feast's answer for what is not there: SQL stores say NOT_FOUND, Redis PRESENT. */
  readonly absentStatus: "NOT_FOUND" | "PRESENT";
  prepare(views: readonly StoredView[]): StoreRead;
  /** The key of some row of these views, so that its layout can be known; `undefined` where there is none. */
  sampleKey(viewNames: readonly string[]): Promise<Buffer | undefined>;
  /** Rejects with an OrchestratorError. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
