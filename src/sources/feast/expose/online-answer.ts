import { timestampText, type Timestamp } from "../protobuf/timestamp.js";

const epochText = "1970-01-01T00:00:00Z";

/** Writes the body of an answer, column by column and row by row, as the Python server writes it. */
export class OnlineAnswer {
  private readonly names: string[] = [];
  private results = "";
  private values = "";
  private statuses = "";
  private times = "";
  private lastTime: Timestamp | undefined;
  private lastText = epochText;

  /** Begins a column: a join key or a feature. */
  begin(name: string): void {
    this.end();
    this.names.push(name);
  }

  /** The next row of the column. `value` is JSON; what has no time is from the beginning of 1970. */
  add(value: string, status: string, time: Timestamp | undefined): void {
    const comma = this.values === "" ? "" : ",";
    this.values += comma + value;
    this.statuses += `${comma}"${status}"`;
    this.times += `${comma}"${time === undefined ? epochText : this.textOf(time)}"`;
  }

  /** `metadata` are more members of the metadata, each with a comma before it. */
  finish(metadata = ""): string {
    this.end();
    const names = `"feature_names":${JSON.stringify(this.names)}${metadata}`;
    return `{"results":[${this.results}],"metadata":{${names}}}`;
  }

  private end(): void {
    if (this.names.length === 0) return;
    const comma = this.results === "" ? "" : ",";
    this.results += `${comma}{"values":[${this.values}],"statuses":[${this.statuses}],"event_timestamps":[${this.times}]}`;
    this.values = this.statuses = this.times = "";
  }

  /** Most rows of a table were written at one time. */
  private textOf(time: Timestamp): string {
    if (this.lastTime?.seconds !== time.seconds || this.lastTime.nanos !== time.nanos) {
      this.lastTime = time;
      this.lastText = timestampText(time);
    }
    return this.lastText;
  }
}
