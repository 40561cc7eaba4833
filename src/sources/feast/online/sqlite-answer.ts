import type { Timestamp } from "../protobuf/timestamp.js";
import { sqliteEventTime } from "./event-time.js";
import { cellNumbers } from "./sqlite-statements.js";
import type { StoredCells } from "./stored-cells.js";

const linesOfView = 4;

/** Takes the answer of a `valuesStatement` into cells, a view each. Answers whether every key has something in every view. */
export function readValues(answer: string, views: readonly StoredCells[]): boolean {
  const lines = answer.split("\n");
  let isFull = true;
  for (const [view, cells] of views.entries()) {
    const [numbers, times, lengths, values] = lines.slice(view * linesOfView) as [string, ...string[]];
    cells.bytes = bytesOfHex(values!);
    if (!readView(new Numbers(numbers), new Times(times!), new Numbers(lengths!), cells)) isFull = false;
  }
  return isFull;
}

/** Memory of its own: a part of what Node.js shares out would keep all of that in memory for as long as it is kept itself. */
function bytesOfHex(hex: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(hex.length / 2);
  bytes.write(hex, "hex");
  return bytes;
}

/** What nobody asked for is there for its time alone, which counts where nothing else is. */
function readView(numbers: Numbers, times: Times, lengths: Numbers, cells: StoredCells): boolean {
  const { features } = cells;
  const ofKey = cellNumbers(features);
  const seen = new Uint8Array(cells.times.length);
  let missing = seen.length;
  let end = 0;
  while (numbers.hasMore) {
    const number = numbers.next();
    const key = Math.floor(number / ofKey);
    const feature = number - key * ofKey;
    const time = times.next();
    const start = end;
    end += lengths.next();
    if (feature === features) cells.times[key] ??= time;
    else {
      cells.place(key, feature, start, end);
      cells.times[key] = time;
    }
    missing -= 1 - seen[key]!;
    seen[key] = 1;
  }
  return missing === 0;
}

/** Takes the answer of a `timesStatement`, for keys that have no time yet. */
export function readTimes(answer: string, views: readonly StoredCells[]): void {
  for (const [view, line] of answer.split("\n").entries()) {
    const { times } = views[view]!;
    for (const entry of line === "" ? [] : line.split(",")) {
      const space = entry.indexOf(" ");
      times[Number(entry.slice(0, space))] ??= sqliteEventTime(entry.slice(space + 1));
    }
  }
}

const comma = 44;
const zero = 48;

/** Whole numbers between commas. */
class Numbers {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get hasMore(): boolean {
    return this.at < this.text.length;
  }

  next(): number {
    let value = 0;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === comma) break;
      value = value * 10 + code - zero;
    }
    this.at++;
    return value;
  }
}

/** Times between commas. Most rows of a table were written at one time, so the last one is remembered. */
class Times {
  private readonly text: string;
  private at = 0;
  private lastText = "";
  private lastTime: Timestamp | undefined;

  constructor(text: string) {
    this.text = text;
  }

  next(): Timestamp | undefined {
    const start = this.at;
    const sameEnd = start + this.lastText.length;
    const isSame = this.text.charCodeAt(sameEnd) === comma && this.text.startsWith(this.lastText, start);
    if (!isSame) {
      const found = this.text.indexOf(",", start);
      const written = this.text.slice(start, found < 0 ? undefined : found);
      if (written !== this.lastText) this.lastTime = sqliteEventTime(written);
      this.lastText = written;
    }
    this.at = start + this.lastText.length + 1;
    return this.lastTime;
  }
}
