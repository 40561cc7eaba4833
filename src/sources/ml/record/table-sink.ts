import type { Clock } from "../../../contracts/host.js";
import type { OtherSource, Prepared } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import { recordFields, type InferenceRecord } from "./inference-record.js";
import type { RecordSink } from "./record-queue.js";

const timeoutMs = 5_000;
/** How many rows one statement writes: few different ones, all of them prepared when the source is opened. */
const sizes = [32, 16, 8, 4, 2, 1];

/** Records as rows of a table, whose columns are the fields; values of several parts are JSON texts. */
export class TableSink implements RecordSink {
  private readonly database: OtherSource;
  private readonly inserts: ReadonlyMap<number, Prepared>;
  private readonly clock: Clock;

  constructor(database: OtherSource, table: string, clock: Clock) {
    this.database = database;
    this.inserts = new Map(sizes.map((size) => [size, database.prepare(insertion(table, size))]));
    this.clock = clock;
  }

  together(waiting: number): number {
    return sizes.find((size) => size <= waiting)!;
  }

  async close(): Promise<void> {
    // The database is closed by whoever opened it.
  }

  write(records: readonly InferenceRecord[]): Promise<void> {
    const deadlineMs = this.clock.monotonicMs() + timeoutMs;
    const surroundings = { nowMs: this.clock.nowMs(), system: {}, env: {} };
    return new Promise((resolve, reject) => {
      const running = this.database.start(
        this.inserts.get(records.length)!,
        Object.fromEntries(records.flatMap(parametersOf)),
        { deadlineMs, surroundings },
        {
          succeed: () => {
            stop();
            resolve();
          },
          fail: (error) => {
            stop();
            reject(error);
          },
        },
      );
      const stop = this.clock.after(timeoutMs, () => {
        running.cancel();
        reject(new Error("the database did not answer in time"));
      });
    });
  }
}

const parts = new Set<string>(["inputs", "feature_times", "output"]);
const types: Readonly<Record<string, string>> = { shadow: "boolean", duration_ms: "number" };

/** The operation that writes so many rows. */
function insertion(table: string, size: number): JsonObject {
  const params: Record<string, JsonObject> = {};
  const rows = Array.from({ length: size }, (_, row) => {
    const names = recordFields.map((field) => {
      params[nameOf(field, row)] = { type: types[field] ?? "string", required: false };
      return `:${nameOf(field, row)}`;
    });
    return `(${names.join(", ")})`;
  });
  return { query: `INSERT INTO ${table} (${recordFields.join(", ")}) VALUES ${rows.join(", ")}`, params };
}

function parametersOf(record: InferenceRecord, row: number): readonly (readonly [string, JsonValue])[] {
  return recordFields.map((field) => {
    const value = record[field];
    const isText = value !== null && parts.has(field);
    return [nameOf(field, row), isText ? JSON.stringify(value) : value];
  });
}

const nameOf = (field: string, row: number) => `${field}_${row}`;
