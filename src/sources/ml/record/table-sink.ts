import type { Clock } from "../../../contracts/host.js";
import type { OtherSource, Prepared } from "../../../contracts/source.js";
import type { JsonValue } from "../../../expression/value.js";
import { recordFields, type InferenceRecord } from "./inference-record.js";
import type { RecordSink } from "./record-queue.js";

const timeoutMs = 5_000;
/** With a parameter for each field, as few as every database takes in one statement. */
const mostTogether = 128;

/**
 * Records as rows of a table, whose columns are the fields; values of several parts are JSON texts. As many as are written
 * together are a power of two, so that the database sees few different statements.
 */
export class TableSink implements RecordSink {
  private readonly database: OtherSource;
  private readonly table: string;
  private readonly inserts = new Map<number, Prepared>();
  private readonly clock: Clock;

  constructor(database: OtherSource, table: string, clock: Clock) {
    this.database = database;
    this.table = table;
    this.clock = clock;
    this.insertOf(1);
  }

  together(waiting: number): number {
    return Math.min(mostTogether, 2 ** Math.floor(Math.log2(waiting)));
  }

  async close(): Promise<void> {
    // The database is closed by whoever opened it.
  }

  write(records: readonly InferenceRecord[]): Promise<void> {
    const deadlineMs = this.clock.monotonicMs() + timeoutMs;
    const surroundings = { nowMs: this.clock.nowMs(), system: {}, env: {} };
    return new Promise((resolve, reject) => {
      const running = this.database.start(
        this.insertOf(records.length),
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

  private insertOf(count: number): Prepared {
    const known = this.inserts.get(count);
    if (known !== undefined) return known;
    const rows = Array.from({ length: count }, (_, row) =>
      recordFields.map((field) => [field, nameOf(field, row)]),
    );
    const values = rows.map((row) => `(${row.map(([, name]) => `:${name}`).join(", ")})`).join(", ");
    const params = rows
      .flat()
      .map(([field, name]) => [name, { type: types[field!] ?? "string", required: false }]);
    const query = `INSERT INTO ${this.table} (${recordFields.join(", ")}) VALUES ${values}`;
    const made = this.database.prepare({ query, params: Object.fromEntries(params) });
    this.inserts.set(count, made);
    return made;
  }
}

const parts = new Set<string>(["inputs", "feature_times", "output"]);
const types: Readonly<Record<string, string>> = { shadow: "boolean", duration_ms: "number" };

function parametersOf(record: InferenceRecord, row: number): readonly (readonly [string, JsonValue])[] {
  return recordFields.map((field) => {
    const value = record[field];
    const isText = value !== null && parts.has(field);
    return [nameOf(field, row), isText ? JSON.stringify(value) : value];
  });
}

const nameOf = (field: string, row: number) => `${field}_${row}`;
