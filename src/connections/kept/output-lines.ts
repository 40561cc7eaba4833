import { StringDecoder } from "node:string_decoder";

const longestLine = 8_192;
const mostPerSecond = 100;
const kept = 50;

/** Told of each line that a server prints. */
export type TellLine = (line: string, stream: "stdout" | "stderr") => void;

/**
 * Makes lines of what a server prints: none longer than 8 KiB, not more than a hundred a second, and the last fifty kept
 * for those who want to know why it ended.
 */
export class OutputLines {
  private readonly tell: TellLine;
  private readonly nowMs: () => number;
  private readonly parts = { stdout: openLine(), stderr: openLine() };
  private readonly recent: string[] = [];
  private secondBegan = 0;
  private inSecond = 0;
  private dropped = 0;

  constructor(tell: TellLine, nowMs: () => number) {
    this.tell = tell;
    this.nowMs = nowMs;
  }

  /** The last lines, the newest at the end. */
  get last(): readonly string[] {
    return this.recent;
  }

  add(bytes: Buffer, stream: "stdout" | "stderr"): void {
    const part = this.parts[stream];
    const lines = part.decoder.write(bytes).split("\n");
    for (const [index, text] of lines.entries()) {
      if (part.length < longestLine) part.text += text.slice(0, longestLine - part.length);
      part.length += text.length;
      if (index < lines.length - 1) this.end(stream);
    }
  }

  /** What stands there without an end is a line, too. */
  close(): void {
    for (const stream of ["stdout", "stderr"] as const) if (this.parts[stream].text !== "") this.end(stream);
    this.tellDropped();
  }

  private end(stream: "stdout" | "stderr"): void {
    const part = this.parts[stream];
    const line =
      part.length > longestLine ? `${part.text}… (${part.length} characters)` : part.text.replace(/\r$/, "");
    part.text = "";
    part.length = 0;
    this.recent.push(line);
    if (this.recent.length > kept) this.recent.shift();
    const nowMs = this.nowMs();
    if (nowMs - this.secondBegan >= 1_000) {
      this.tellDropped();
      this.secondBegan = nowMs;
      this.inSecond = 0;
    }
    this.inSecond += 1;
    if (this.inSecond <= mostPerSecond) this.tell(line, stream);
    else this.dropped += 1;
  }

  private tellDropped(): void {
    if (this.dropped > 0) this.tell(`… ${this.dropped} lines dropped`, "stdout");
    this.dropped = 0;
  }
}

function openLine() {
  return { decoder: new StringDecoder("utf8"), text: "", length: 0 };
}
