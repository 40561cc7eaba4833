import type { Timestamp } from "../protobuf/timestamp.js";
import type { StoredView } from "./online-store.js";
import { StoredCells } from "./stored-cells.js";

/** What has no bytes: a null. */
export const noBytes = Buffer.alloc(0);

/** Collects values that a driver gives one by one. */
export class CellBuilder {
  private readonly views: readonly StoredCells[];
  private readonly values: Buffer[] = [];
  private length = 0;

  constructor(views: readonly StoredView[], keys: readonly (readonly Buffer[])[]) {
    this.views = views.map(
      ({ features, group }) => new StoredCells(keys[group]!.length, features.length, noBytes),
    );
  }

  add(view: number, key: number, feature: number, value: Buffer, time: Timestamp | undefined): void {
    const end = this.length + value.length;
    this.views[view]!.place(key, feature, this.length, end);
    this.views[view]!.times[key] = time;
    this.values.push(value);
    this.length = end;
  }

  /** The time of something that nobody asked for, which counts where nothing else is there. */
  addTime(view: number, key: number, time: Timestamp | undefined): void {
    this.views[view]!.times[key] ??= time;
  }

  finish(): readonly StoredCells[] {
    const bytes = Buffer.concat(this.values, this.length);
    for (const view of this.views) view.bytes = bytes;
    return this.views;
  }
}
