import type { ValueForm } from "../protobuf/decode-value.js";
import type { Timestamp } from "../protobuf/timestamp.js";
import type { Cells, StoredCells } from "./stored-cells.js";

/** Where a key stands in what one read found, which is all views of its group. */
export interface KeptRow {
  /** By view. */
  readonly cells: readonly StoredCells[];
  readonly position: number;
}

/** About what an entry takes beside its key, and what a read takes beside its cells. */
const entryBytes = 150;
const readBytes = 300;

/**
 * What reads have found, for as long as the store does not change. A version is asked for before anything is read:
 * rows are never older than the version they are kept for. When there is too much of them, it begins again.
 */
export class KeptRows {
  private readonly mostBytes: number;
  /** By what was read, then by group and key. */
  private readonly rows = new Map<object, readonly Map<string, KeptRow>[]>();
  private version: number | undefined;
  private usedBytes = 0;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** Not more than it may be. */
  get bytes(): number {
    return this.usedBytes;
  }

  /** By group and key; `undefined` for those to be read. Forgets whatever is of another version. */
  find(
    read: object,
    keys: readonly (readonly Buffer[])[],
    version: number,
  ): readonly (readonly (KeptRow | undefined)[])[] {
    if (version !== this.version) this.clear();
    this.version = version;
    const rows = this.rows.get(read);
    return keys.map((group, index) => group.map((key) => rows?.[index]!.get(key.toString("latin1"))));
  }

  /** Keeps what was read, by view, after that version was asked for, and answers with its rows by group. */
  keep(
    read: object,
    keys: readonly (readonly Buffer[])[],
    cells: readonly StoredCells[],
    version: number,
  ): readonly (readonly KeptRow[])[] {
    const found = keys.map((group) => group.map((_, position) => ({ cells, position })));
    const size = sizeOf(keys, cells);
    if (version !== this.version || size > this.mostBytes) return found;
    if (this.usedBytes + size > this.mostBytes) this.clear();
    this.usedBytes += size;
    const rows = this.rows.get(read) ?? keys.map(() => new Map<string, KeptRow>());
    this.rows.set(read, rows);
    for (const [index, group] of keys.entries()) {
      for (const [position, key] of group.entries())
        rows[index]!.set(key.toString("latin1"), found[index]![position]!);
    }
    return found;
  }

  private clear(): void {
    this.rows.clear();
    this.usedBytes = 0;
  }
}

function sizeOf(keys: readonly (readonly Buffer[])[], cells: readonly StoredCells[]): number {
  let size = readBytes;
  for (const { size: ofView } of cells) size += ofView;
  for (const key of keys.flat()) size += key.length + entryBytes;
  return size;
}

/** One view of rows that were found by different reads. */
export class KeptCells implements Cells {
  private readonly rows: readonly KeptRow[];
  private readonly view: number;

  constructor(rows: readonly KeptRow[], view: number) {
    this.rows = rows;
    this.view = view;
  }

  time(key: number): Timestamp | undefined {
    const { cells, position } = this.rows[key]!;
    return cells[this.view]!.time(position);
  }

  decode<T>(key: number, feature: number, form: ValueForm<T>): T | undefined {
    const { cells, position } = this.rows[key]!;
    return cells[this.view]!.decode(position, feature, form);
  }

  bytesOf(key: number, feature: number): Buffer | undefined {
    const { cells, position } = this.rows[key]!;
    return cells[this.view]!.bytesOf(position, feature);
  }
}
