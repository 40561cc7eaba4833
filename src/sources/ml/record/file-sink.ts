import { RotatingFile } from "../../../observe/rotating-file.js";
import type { InferenceRecord } from "./inference-record.js";
import type { RecordSink } from "./record-queue.js";

const mostTogether = 500;
const rotation = { maxSizeBytes: 100 * 1_024 * 1_024, keep: 14 };

/** Records as lines of JSON, in a file that is put aside when it has grown large. */
export class FileSink implements RecordSink {
  private readonly file: RotatingFile;
  private failure: Error | undefined;

  constructor(path: string) {
    this.file = new RotatingFile({ path, rotation, onFailure: (error) => (this.failure = error) });
  }

  together(waiting: number): number {
    return Math.min(waiting, mostTogether);
  }

  async write(records: readonly InferenceRecord[]): Promise<void> {
    const isWritten = this.file.write(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    if (!isWritten) throw this.failure!;
  }

  async close(): Promise<void> {
    this.file.close();
  }
}
