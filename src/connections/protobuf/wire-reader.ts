import { isUtf8 } from "node:buffer";

/** Bytes that are no message of Protocol Buffers. */
export class WireError extends Error {
  override readonly name = "WireError";
}

export const wireTypes = { varint: 0, fixed64: 1, block: 2, fixed32: 5 } as const;

/**
 * Reads one message of Protocol Buffers from the front to the back. Only reading, and only what the messages read here need:
 * a field that nobody asks for costs a jump. Everything throws WireError where the bytes end too early or make no sense.
 */
export class WireReader {
  private readonly bytes: Buffer;
  private at: number;
  private readonly end: number;
  /** The wire type of the field that `nextField` answered. */
  wireType = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Where the next field, or the rest of this one, begins in the bytes. */
  get position(): number {
    return this.at;
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  /** The number of the next field; 0 at the end of the message. */
  nextField(): number {
    if (this.at >= this.end) return 0;
    const tag = this.varint();
    this.wireType = tag & 7;
    const field = Math.floor(tag / 8);
    if (field === 0 || field > 0x1fffffff) throw new WireError("a field has an impossible number");
    return field;
  }

  /** An unsigned number up to 2^53; for lengths, enumerations and booleans. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new WireError("a number has more than ten bytes");
  }

  /** A signed number of 64 bits: a `bigint` where a number would not be exact. */
  int64(): number | bigint {
    let low = 0;
    let high = 0;
    for (let count = 0; count < 10; count++) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (7 * count);
      else if (count === 4) [low, high] = [low | (bits << 28), bits >> 4];
      else high |= bits << (7 * count - 32);
      if (byte < 0x80) return joined(high, low >>> 0);
    }
    throw new WireError("a number has more than ten bytes");
  }

  int32(): number {
    const value = this.int64();
    return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
  }

  float(): number {
    return this.bytes.readFloatLE(this.take(4));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.take(8));
  }

  text(): string {
    const length = this.length();
    const start = this.take(length);
    const text = this.bytes.toString("utf8", start, start + length);
    if (text.includes("\ufffd") && !isUtf8(this.bytes.subarray(start, start + length))) {
      throw new WireError("a text is not UTF-8");
    }
    return text;
  }

  block(): Buffer {
    const length = this.length();
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** The message that the field holds. */
  message(): WireReader {
    const length = this.length();
    const start = this.take(length);
    return new WireReader(this.bytes, start, start + length);
  }

  skip(): void {
    if (this.wireType === wireTypes.varint) this.int64();
    else if (this.wireType === wireTypes.fixed64) this.take(8);
    else if (this.wireType === wireTypes.block) this.take(this.length());
    else if (this.wireType === wireTypes.fixed32) this.take(4);
    else throw new WireError("a field has an unknown form");
  }

  /** Refuses a field whose form is not the one that its number has. */
  expect(wireType: number): void {
    if (this.wireType !== wireType) throw new WireError("a field has another form than it should");
  }

  private length(): number {
    this.expect(wireTypes.block);
    return this.varint();
  }

  private byte(): number {
    if (this.at >= this.end) throw new WireError("the bytes end too early");
    return this.bytes[this.at++]!;
  }

  private take(length: number): number {
    const start = this.at;
    if (start + length > this.end) throw new WireError("the bytes end too early");
    this.at = start + length;
    return start;
  }
}

function joined(high: number, low: number): number | bigint {
  const value = high * 0x1_0000_0000 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) + BigInt(low);
}
