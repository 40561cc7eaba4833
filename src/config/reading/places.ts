import type { Location } from "../../problems/location.js";

/** Turns offsets in the text of one file into places. */
export class Places {
  readonly file: string;
  readonly text: string;
  private readonly lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lineStarts = lineStartsOf(text);
  }

  /** The place of `start` up to `end`; a place of several lines is marked to the end of its first. */
  at(start: number, end = start): Location {
    const line = this.lineOf(start);
    const length = Math.min(end, this.endOfLine(start)) - start;
    const place = { file: this.file, line: line + 1, column: start - this.lineStarts[line]! + 1 };
    return length > 0 ? { ...place, length } : place;
  }

  startOfLine(offset: number): number {
    return this.lineStarts[this.lineOf(offset)]!;
  }

  /** The offset behind the last character of the line, its line break not counted. */
  endOfLine(offset: number): number {
    const next = this.lineStarts[this.lineOf(offset) + 1];
    if (next === undefined) return this.text.length;
    return this.text[next - 2] === "\r" ? next - 2 : next - 1;
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
