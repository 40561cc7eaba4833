import type { Clock } from "../../../contracts/host.js";
import type { Cancellable } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Cells } from "../online/stored-cells.js";
import type { ValueForm } from "../protobuf/decode-value.js";
import type { Timestamp } from "../protobuf/timestamp.js";
import type { BoundRead } from "./bound-read.js";

export interface BatchLimits {
  /** Keys of one group in one read. */
  readonly maxSize: number;
  /** 0: what starts in one turn of the event loop. */
  readonly maxWaitMs: number;
}

/** What one caller gets of one view: its own rows. */
export class ViewRows {
  private readonly cells: Cells;
  /** By row, the number of its key. */
  private readonly positions: readonly number[];

  constructor(cells: Cells, positions: readonly number[]) {
    this.cells = cells;
    this.positions = positions;
  }

  time(row: number): Timestamp | undefined {
    return this.cells.time(this.positions[row]!);
  }

  /** `undefined` where there is no such value. Throws WireError. */
  decode<T>(row: number, feature: number, form: ValueForm<T>): T | undefined {
    return this.cells.decode(this.positions[row]!, feature, form);
  }

  bytesOf(row: number, feature: number): Buffer | undefined {
    return this.cells.bytesOf(this.positions[row]!, feature);
  }
}

export interface ReadReceiver {
  succeed(views: readonly ViewRows[]): void;
  fail(error: OrchestratorError): void;
}

/** Reads of the same features that start together become one read of the store, in which each key stands once. */
export class ReadBatcher {
  private readonly limits: BatchLimits;
  private readonly clock: Clock;
  private readonly open = new Map<BoundRead, Batch>();

  constructor(limits: BatchLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** `keys` by group, one for each row. Told once, later than this returns, and not after `cancel`. */
  read(bound: BoundRead, keys: readonly (readonly Buffer[])[], receiver: ReadReceiver): Cancellable {
    const known = this.open.get(bound);
    const batch = known ?? new Batch(bound);
    if (known === undefined) this.schedule(bound, batch);
    const waiter = batch.add(keys, receiver);
    if (batch.size >= this.limits.maxSize) {
      this.open.delete(bound);
      setImmediate(() => batch.send());
    }
    return { cancel: () => batch.leave(waiter) };
  }

  private schedule(bound: BoundRead, batch: Batch): void {
    this.open.set(bound, batch);
    if (this.limits.maxWaitMs === 0) setImmediate(() => this.send(bound, batch));
    else this.clock.after(this.limits.maxWaitMs, () => this.send(bound, batch));
  }

  private send(bound: BoundRead, batch: Batch): void {
    if (this.open.get(bound) === batch) this.open.delete(bound);
    batch.send();
  }
}

interface Waiter {
  readonly receiver: ReadReceiver;
  /** By group, for each row: the position of its key in the batch. */
  readonly positions: readonly (readonly number[])[];
}

class Batch {
  size = 0;
  private readonly bound: BoundRead;
  private readonly keys: Buffer[][];
  private readonly known: Map<string, number>[];
  private readonly waiters = new Set<Waiter>();
  private wasSent = false;
  private reading: Cancellable | undefined;

  constructor(bound: BoundRead) {
    this.bound = bound;
    this.keys = bound.groups.map(() => []);
    this.known = bound.groups.map(() => new Map());
  }

  add(keys: readonly (readonly Buffer[])[], receiver: ReadReceiver): Waiter {
    const positions = keys.map((rows, group) => rows.map((key) => this.position(group, key)));
    const waiter = { receiver, positions };
    this.waiters.add(waiter);
    return waiter;
  }

  /** When nobody waits any more, the read itself is given up. */
  leave(waiter: Waiter): void {
    this.waiters.delete(waiter);
    if (this.waiters.size === 0) this.reading?.cancel();
  }

  send(): void {
    if (this.wasSent || this.waiters.size === 0) return;
    this.wasSent = true;
    this.reading = this.bound.store.read(this.keys, {
      succeed: (views) => this.hand(views),
      fail: (error) => {
        for (const { receiver } of this.take()) receiver.fail(error);
      },
    });
  }

  private position(group: number, key: Buffer): number {
    const known = this.known[group]!;
    const text = key.toString("latin1");
    const position = known.get(text);
    if (position !== undefined) return position;
    const keys = this.keys[group]!;
    known.set(text, keys.length);
    this.size = Math.max(this.size, keys.push(key));
    return keys.length - 1;
  }

  private hand(views: readonly Cells[]): void {
    const { groupOf } = this.bound;
    for (const { receiver, positions } of this.take()) {
      receiver.succeed(views.map((cells, view) => new ViewRows(cells, positions[groupOf[view]!]!)));
    }
  }

  private take(): readonly Waiter[] {
    const waiting = [...this.waiters];
    this.waiters.clear();
    return waiting;
  }
}
