import type { OutputLines } from "../kept/output-lines.js";

const headerBytes = 8;

/**
 * Takes apart what the engine sends of a container's output: frames of a stream's number, three zeros, a length and as many
 * bytes. A frame may come in any number of pieces.
 */
export class LogFrames {
  private readonly lines: OutputLines;
  private header = Buffer.alloc(0);
  private left = 0;
  private stream: "stdout" | "stderr" = "stdout";

  constructor(lines: OutputLines) {
    this.lines = lines;
  }

  add(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.left > 0) {
        const part = rest.subarray(0, this.left);
        this.lines.add(part, this.stream);
        this.left -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const needed = headerBytes - this.header.length;
      this.header = Buffer.concat([this.header, rest.subarray(0, needed)]);
      rest = rest.subarray(needed);
      if (this.header.length < headerBytes) return;
      this.stream = this.header[0] === 2 ? "stderr" : "stdout";
      this.left = this.header.readUInt32BE(4);
      this.header = Buffer.alloc(0);
    }
  }
}
