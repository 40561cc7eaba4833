import type { Timestamp } from "../protobuf/timestamp.js";
import type { StoredRow, StoredView } from "./online-store.js";

/** Collects rows of one feature each, as SQL stores have them, into rows of a view. */
export class RowBuilder {
  private readonly rows: (OpenRow | undefined)[][];
  private readonly views: readonly StoredView[];

  constructor(views: readonly StoredView[], keys: readonly (readonly Buffer[])[]) {
    this.views = views;
    this.rows = views.map(({ group }) => new Array<OpenRow | undefined>(keys[group]!.length).fill(undefined));
  }

  /** A feature that nobody asked for is there for its time alone: `feature` is then `undefined`. */
  add(
    view: number,
    key: number,
    feature: number | undefined,
    value: Buffer,
    eventTime: Timestamp | undefined,
  ): void {
    const rows = this.rows[view]!;
    const row = (rows[key] ??= {
      values: this.views[view]!.features.map(() => undefined),
      eventTime: undefined,
    });
    if (feature !== undefined) row.values[feature] = value;
    if (feature !== undefined || row.eventTime === undefined) row.eventTime = eventTime;
  }

  /** Whether every key has a row in every view. */
  get isFull(): boolean {
    return this.rows.every((rows) => !rows.includes(undefined));
  }

  get result(): readonly (readonly (StoredRow | undefined)[])[] {
    return this.rows;
  }
}

interface OpenRow {
  readonly values: (Buffer | undefined)[];
  eventTime: Timestamp | undefined;
}
