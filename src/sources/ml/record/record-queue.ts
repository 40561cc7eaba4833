import type { Cancel, Clock } from "../../../contracts/host.js";
import type { RecordMeter } from "../../../contracts/meter.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { InferenceRecord } from "./inference-record.js";

/** Where records end up. */
export interface RecordSink {
  /** How many of those that wait it writes together. */
  together(waiting: number): number;
  /** Keeps all of them, or rejects and keeps none. */
  write(records: readonly InferenceRecord[]): Promise<void>;
  close(): Promise<void>;
}

const mostWaiting = 10_000;
const flushEveryMs = 200;
const tellLossEveryMs = 60_000;
const patienceMs = 2_000;

/** Keeps records until there is time to write them. Nobody waits for it; what it cannot keep it counts and tells of. */
export class RecordQueue {
  /** Records that were lost, since the source was opened. */
  lost = 0;
  private readonly sink: RecordSink;
  private readonly clock: Clock;
  private readonly log: SourceLog;
  private readonly name: string;
  private readonly meter: RecordMeter | undefined;
  private waiting: InferenceRecord[] = [];
  private stopTimer: Cancel | undefined;
  private writing: Promise<void> | undefined;
  private toldAtMs = -Infinity;
  private toldOf = 0;
  private isClosed = false;

  constructor(sink: RecordSink, name: string, clock: Clock, log: SourceLog, meter?: RecordMeter) {
    this.sink = sink;
    this.name = name;
    this.clock = clock;
    this.log = log;
    this.meter = meter;
  }

  add(record: InferenceRecord): void {
    if (this.isClosed || this.waiting.length >= mostWaiting) return this.lose(1, "too many of them wait");
    this.waiting.push(record);
    this.stopTimer ??= this.clock.after(flushEveryMs, () => this.flush());
  }

  /** What waits is written first, within a time. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopTimer?.();
    let stop: Cancel | undefined;
    const tooLong = new Promise<void>((resolve) => (stop = this.clock.after(patienceMs, resolve)));
    await Promise.race([this.writeAll(), tooLong]);
    stop?.();
    if (this.waiting.length > 0) this.lose(this.waiting.length, "the service ends");
    this.waiting = [];
    await this.sink.close();
  }

  private flush(): void {
    this.stopTimer = undefined;
    void this.writeAll();
  }

  private writeAll(): Promise<void> {
    this.writing ??= this.writeWaiting().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    while (this.waiting.length > 0) {
      const records = this.waiting.splice(0, this.sink.together(this.waiting.length));
      try {
        await this.sink.write(records);
      } catch (error) {
        this.lose(records.length, error instanceof Error ? error.message : String(error));
      }
    }
  }

  private lose(count: number, reason: string): void {
    this.lost += count;
    this.meter?.lost(count);
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.toldAtMs < tellLossEveryMs) return;
    this.toldAtMs = nowMs;
    const facts = { source: this.name, lost: this.lost, new: this.lost - this.toldOf, reason };
    this.toldOf = this.lost;
    this.log("warn", "Records of the inference log are lost.", facts);
  }
}
