import type { JsonValue } from "../../expression/value.js";
import type { SqlFault } from "../sql/sql-fault.js";
import type { DriverValue } from "./driver.js";

/** One statement, decided when the configuration is loaded. The same object is recognised quickest. */
export interface SqliteStatement {
  /** SQL with the placeholders `?1`, `?2`, … */
  readonly text: string;
  /** Reads run on read-only connections, next to each other; writes one by one. */
  readonly effect: "read" | "write";
  readonly returns: "many" | "one" | "value" | "none";
  /** More rows than this fail. */
  readonly maxRows: number;
  /** Whether the statement inserts, updates or deletes, so that the count of changed rows is its own. */
  readonly changesRows: boolean;
  /** The table that the statement inserts into, so that `last_insert_id` is its own. */
  readonly insertsInto: string | undefined;
  /** Only its columns are asked for. */
  readonly isDescribed?: boolean | undefined;
  /** Whether it opens or ends a transaction of several calls. */
  readonly transaction?: "begins" | "commits" | "rolls back" | undefined;
}

export type SqliteValue = DriverValue;

/** A fault crosses threads. */
export type SqliteFault = SqlFault;

/** Why a thread cannot be used at all: found when it starts. */
export type StartFault =
  | { readonly kind: "driver"; readonly reason: string }
  | { readonly kind: "init"; readonly file: string; readonly line: number; readonly reason: string }
  | { readonly kind: "unreachable"; readonly message: string };

/** What a connection is opened with. */
export interface SessionSettings {
  /** Absolute. */
  readonly path: string;
  readonly role: "reader" | "writer";
  readonly busyTimeoutMs: number;
  /** Statements to run on each new connection. */
  readonly pragmas: readonly string[];
  readonly init: InitSettings | undefined;
}

/** What a thread is given when it starts. */
export interface WorkerSettings extends SessionSettings {
  /** Shared with the thread: a `CallState` for each call of a batch, then whether the thread works. */
  readonly states: Int32Array;
}

/** What fills a file that has no tables. Paths are absolute; `shown` is how they were written. */
export interface InitSettings {
  readonly scripts: readonly InitFile[];
  readonly tables: readonly (InitFile & { readonly table: string })[];
}

export interface InitFile {
  readonly path: string;
  readonly shown: string;
}

/**
 * The life of a call inside a batch. The thread claims a waiting call before it runs it; the other side may take a
 * waiting one back. Both do it in one atomic step, so it is always certain whether a call has begun.
 */
export const CallState = { waiting: 0, claimed: 1, revoked: 2 } as const;

export const maxBatch = 32;

/** The place in a thread's shared numbers that is 1 while it works on a batch. */
export const workingSlot = maxBatch;

export type ToWorker =
  | {
      readonly kind: "batch";
      /** Statements that this thread has not seen yet, by the number that calls use for them. */
      readonly definitions: readonly (readonly [number, SqliteStatement])[];
      readonly calls: readonly (readonly [statement: number, values: readonly SqliteValue[]])[];
    }
  | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "ready"; readonly fault: StartFault | undefined }
  | { readonly kind: "replies"; readonly replies: readonly Reply[]; readonly isLast: boolean };

/** The position of the call in its batch, and its value or its fault. */
export type Reply = readonly [position: number, value: JsonValue, fault?: SqlFault];
