import type { FoundHashes, HashRead } from "./hash-read.js";
import { ProtocolError, ReplyError, types, type ReplyReader } from "./reply-reader.js";
import type { Expected } from "./redis-socket.js";

export interface FoundReceiver {
  succeed(found: FoundHashes): void;
  /** What Redis or the connection says. */
  fail(error: Error): void;
}

const absent = -1;

/** The answers to some reads, in their order. No value becomes an object here: places are noted. */
export class HashAnswers implements Expected {
  private readonly reads: readonly HashRead[];
  private readonly receiver: FoundReceiver;
  private readonly places: readonly Int32Array[];
  private read = 0;
  private key = 0;
  private refusal: ReplyError | undefined;

  constructor(reads: readonly HashRead[], receiver: FoundReceiver) {
    this.reads = reads;
    this.receiver = receiver;
    this.places = reads.map(({ keys, fields }) =>
      new Int32Array(keys.length * fields.names.length * 2).fill(absent),
    );
  }

  take(reader: ReplyReader): boolean {
    for (; this.read < this.reads.length; this.read++, this.key = 0) {
      for (const { keys } = this.reads[this.read]!; this.key < keys.length; this.key++) {
        const start = reader.at;
        if (this.takeHash(reader)) continue;
        reader.at = start;
        return false;
      }
    }
    return true;
  }

  tell({ bytes }: ReplyReader): void {
    if (this.refusal !== undefined) this.receiver.fail(this.refusal);
    else this.receiver.succeed({ bytes, places: this.places });
  }

  fail(error: Error): void {
    this.receiver.fail(error);
  }

  private takeHash(reader: ReplyReader): boolean {
    if (reader.type() !== types.list) {
      const refusal = reader.reply();
      if (refusal === undefined) return false;
      if (!(refusal instanceof ReplyError)) throw new ProtocolError("an answer is no list");
      this.refusal ??= refusal;
      return true;
    }
    const count = reader.number();
    if (count === undefined) return false;
    const { fields } = this.reads[this.read]!;
    const places = this.places[this.read]!;
    const first = this.key * fields.names.length;
    return fields.isWhole
      ? this.takeWhole(reader, count, first, places)
      : takeFields(reader, count, first, places);
  }

  /** Names and values in turn. */
  private takeWhole(reader: ReplyReader, count: number, first: number, places: Int32Array): boolean {
    const { fields } = this.reads[this.read]!;
    for (let item = 0; item < count; item += 2) {
      const nameLength = reader.number();
      const nameStart = reader.at;
      const nameEnd = nameLength === undefined ? undefined : reader.skip(nameLength);
      if (nameEnd === undefined) return false;
      const length = reader.number();
      const start = reader.at;
      const end = length === undefined ? undefined : reader.skip(length);
      if (end === undefined) return false;
      for (const position of fields.positionsOf(reader.bytes, nameStart, nameEnd)) {
        places[(first + position) * 2] = start;
        places[(first + position) * 2 + 1] = end;
      }
    }
    return true;
  }
}

function takeFields(reader: ReplyReader, count: number, first: number, places: Int32Array): boolean {
  for (let at = first * 2; at < (first + count) * 2; at += 2) {
    const length = reader.number();
    if (length === undefined) return false;
    if (length < 0) continue;
    places[at] = reader.at;
    const end = reader.skip(length);
    if (end === undefined) return false;
    places[at + 1] = end;
  }
  return true;
}
