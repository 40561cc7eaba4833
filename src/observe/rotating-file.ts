import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { removeOldFiles, rotatedName } from "./rotated-files.js";

export interface RotatingFileOptions {
  /** Absolute. */
  readonly path: string;
  /** When a file is put aside for a new one. Without it never. */
  readonly rotation?: Rotation | undefined;
  readonly nowMs?: (() => number) | undefined;
  /** Told why lines cannot be written, once until they can again. */
  readonly onFailure: (error: Error) => void;
}

export interface Rotation {
  /** Counted from midnight, local time. */
  readonly everyMs?: number | undefined;
  readonly maxSizeBytes: number;
  /** How many files are kept beside the one that is written. */
  readonly keep: number;
}

const tryAgainMs = 5_000;

/**
 * A log file whose lines are in the file when `write` returns, so that none is lost however the process ends. It goes
 * on in the file that is there, and makes the folder where it is missing. A line is never split between two files.
 */
export class RotatingFile {
  private readonly options: RotatingFileOptions;
  private readonly nowMs: () => number;
  private descriptor: number | undefined;
  private size = 0;
  private period = 0;
  private failedAtMs: number | undefined;

  constructor(options: RotatingFileOptions) {
    this.options = options;
    this.nowMs = options.nowMs ?? Date.now;
  }

  /** Never throws. What cannot be written is dropped, and the answer is false. */
  write(line: string): boolean {
    const nowMs = this.nowMs();
    if (this.descriptor === undefined && this.isWaiting(nowMs)) return false;
    const bytes = Buffer.from(line);
    try {
      if (this.descriptor === undefined) this.open(nowMs);
      if (this.isFull(bytes.length, nowMs)) this.rotate(nowMs);
      this.append(bytes);
      this.failedAtMs = undefined;
      return true;
    } catch (error) {
      if (this.failedAtMs === undefined) this.options.onFailure(error as Error);
      this.failedAtMs = nowMs;
      this.close();
      return false;
    }
  }

  close(): void {
    if (this.descriptor === undefined) return;
    const { descriptor } = this;
    this.descriptor = undefined;
    closeSync(descriptor);
  }

  private isWaiting(nowMs: number): boolean {
    return this.failedAtMs !== undefined && nowMs - this.failedAtMs < tryAgainMs;
  }

  private open(nowMs: number): void {
    const { path, rotation } = this.options;
    mkdirSync(dirname(path), { recursive: true });
    this.descriptor = openSync(path, "a", 0o640);
    const { size, mtimeMs } = fstatSync(this.descriptor);
    this.size = size;
    this.period = this.periodOf(size === 0 ? nowMs : mtimeMs);
    if (rotation !== undefined) removeOldFiles(path, rotation.keep);
  }

  private isFull(more: number, nowMs: number): boolean {
    const { rotation } = this.options;
    if (rotation === undefined) return false;
    if (this.size === 0) {
      this.period = this.periodOf(nowMs);
      return false;
    }
    return this.size + more > rotation.maxSizeBytes || this.periodOf(nowMs) !== this.period;
  }

  /** The number of the stretch of time that a moment is in. */
  private periodOf(atMs: number): number {
    const everyMs = this.options.rotation?.everyMs;
    if (everyMs === undefined) return 0;
    return Math.floor((atMs - new Date(atMs).getTimezoneOffset() * 60_000) / everyMs);
  }

  private rotate(nowMs: number): void {
    const { path } = this.options;
    // Another process that writes the same file may have put it aside already.
    const isStillThere = statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(this.descriptor!).ino;
    this.close();
    if (isStillThere) renameSync(path, rotatedName(path, nowMs));
    this.open(nowMs);
  }

  private append(bytes: Buffer): void {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.descriptor!, bytes, written);
    }
    this.size += bytes.length;
  }
}
