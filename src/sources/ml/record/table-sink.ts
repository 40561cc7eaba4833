import type { Clock } from "../../../contracts/host.js";
import type { OtherSource, Prepared } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import { recordFields, type InferenceRecord } from "./inference-record.js";
import type { RecordSink } from "./record-queue.js";

const timeoutMs = 5_000;

/** Records as rows of a table, whose columns are the fields; values of several parts are JSON texts. */
export class TableSink implements RecordSink {
  private readonly database: OtherSource;
  private readonly insert: Prepared;
  private readonly clock: Clock;

  constructor(database: OtherSource, table: string, clock: Clock) {
    const columns = recordFields.join(", ");
    const values = recordFields.map((name) => `:${name}`).join(", ");
    const params = Object.fromEntries(
      recordFields.map((name) => [name, { type: types[name] ?? "string", required: false }]),
    );
    this.database = database;
    this.insert = database.prepare({ query: `INSERT INTO ${table} (${columns}) VALUES (${values})`, params });
    this.clock = clock;
  }

  /** The first that cannot be written ends the attempt: the table, most likely, is not what it should be. */
  async write(records: readonly InferenceRecord[]): Promise<void> {
    for (const record of records) await this.writeOne(record);
  }

  async close(): Promise<void> {
    // The database is closed by whoever opened it.
  }

  private writeOne(record: InferenceRecord): Promise<void> {
    const deadlineMs = this.clock.monotonicMs() + timeoutMs;
    const surroundings = { nowMs: this.clock.nowMs(), system: {}, env: {} };
    return new Promise((resolve, reject) => {
      const running = this.database.start(
        this.insert,
        rowOf(record),
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

const types: Readonly<Record<string, string>> = { shadow: "boolean", duration_ms: "number" };

function rowOf(record: InferenceRecord): JsonObject {
  const { inputs, feature_times, output } = record;
  const text = (value: JsonValue) => (value === null ? null : JSON.stringify(value));
  return { ...record, inputs: text(inputs), feature_times: text(feature_times), output: text(output) };
}
