import { timestampText, type Timestamp } from "../protobuf/timestamp.js";

const epochText = "1970-01-01T00:00:00Z";

/** Writes the body of an answer, column by column, as the Python server writes it. */
export class OnlineAnswer {
  private readonly names: string[] = [];
  private readonly results: string[] = [];
  private lastTime: Timestamp | undefined;
  private lastText = epochText;

  /** A join key: repeated, always there, without a time. */
  addKey(name: string, values: readonly string[]): void {
    const statuses = values.map(() => '"PRESENT"');
    const times = values.map(() => `"${epochText}"`);
    this.add(name, values, statuses, times);
  }

  /** A feature. `times` may be undefined where nothing is there. */
  addFeature(
    name: string,
    values: readonly string[],
    statuses: readonly string[],
    times: readonly (Timestamp | undefined)[],
  ): void {
    this.add(
      name,
      values,
      statuses.map((status) => `"${status}"`),
      times.map((time) => `"${this.textOf(time)}"`),
    );
  }

  /** `metadata` are more members of the metadata, each with a comma before it. */
  finish(metadata = ""): string {
    const names = `"feature_names":${JSON.stringify(this.names)}${metadata}`;
    return `{"results":[${this.results.join(",")}],"metadata":{${names}}}`;
  }

  private add(
    name: string,
    values: readonly string[],
    statuses: readonly string[],
    times: readonly string[],
  ): void {
    this.names.push(name);
    this.results.push(
      `{"values":[${values.join(",")}],"statuses":[${statuses.join(",")}],"event_timestamps":[${times.join(",")}]}`,
    );
  }

  /** Most rows of a table were written at one time. */
  private textOf(time: Timestamp | undefined): string {
    if (time === undefined) return epochText;
    if (this.lastTime?.seconds !== time.seconds || this.lastTime.nanos !== time.nanos) {
      this.lastTime = time;
      this.lastText = timestampText(time);
    }
    return this.lastText;
  }
}
