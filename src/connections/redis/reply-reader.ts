/** A refusal of Redis itself, in its own words. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

/** Bytes that are no answer of Redis. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

export type Reply = Buffer | number | null | ReplyError | readonly Reply[];

const carriageReturn = 13;
const minus = 45;
const zero = 48;
export const types = { text: 43, error: 45, integer: 58, bulk: 36, list: 42 } as const;

/** Reads what Redis answers (RESP 2). What is not there yet is `undefined`, and is read again from its beginning later. */
export class ReplyReader {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the next part begins. */
  at = 0;

  add(chunk: Buffer): void {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
  }

  /** What comes behind the replies that were read. */
  get rest(): Buffer | undefined {
    return this.at < this.bytes.length ? this.bytes.subarray(this.at) : undefined;
  }

  /** The type of the next part. */
  type(): number | undefined {
    return this.bytes[this.at];
  }

  /** The number behind the type: a length, a count or a value. */
  number(): number | undefined {
    const { bytes } = this;
    const isNegative = bytes[this.at + 1] === minus;
    let value = 0;
    for (let at = this.at + (isNegative ? 2 : 1); at + 1 < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === carriageReturn) {
        this.at = at + 2;
        return isNegative ? -value : value;
      }
      value = value * 10 + byte - zero;
      if (!(value >= 0 && byte >= zero && byte <= zero + 9)) throw new ProtocolError("a number is none");
    }
    return undefined;
  }

  /** The end of the bytes that begin here; the next part begins two behind it. */
  skip(length: number): number | undefined {
    const end = this.at + length;
    if (end + 2 > this.bytes.length) return undefined;
    this.at = end + 2;
    return end;
  }

  line(): Buffer | undefined {
    const end = this.bytes.indexOf("\r\n", this.at);
    if (end < 0) return undefined;
    const line = this.bytes.subarray(this.at + 1, end);
    this.at = end + 2;
    return line;
  }

  /** The next reply, whatever it is. */
  reply(): Reply | undefined {
    const type = this.type();
    if (type === undefined) return undefined;
    if (type === types.text) return this.line();
    if (type === types.error) {
      const words = this.line();
      return words && new ReplyError(words.toString());
    }
    if (type !== types.integer && type !== types.bulk && type !== types.list) {
      throw new ProtocolError("an answer has an unknown type");
    }
    const count = this.number();
    if (count === undefined || type === types.integer) return count;
    if (count < 0) return null;
    return type === types.bulk ? this.block(count) : this.list(count);
  }

  private block(length: number): Buffer | undefined {
    const start = this.at;
    const end = this.skip(length);
    return end === undefined ? undefined : this.bytes.subarray(start, end);
  }

  private list(count: number): readonly Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < count) {
      const item = this.reply();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
