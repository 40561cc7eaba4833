/** Hashes of which the same fields are wanted. */
export interface HashRead {
  readonly keys: readonly Buffer[];
  readonly fields: HashFields;
}

/** What was found: where each value stands in the bytes. */
export interface FoundHashes {
  readonly bytes: Buffer;
  /** By read: for each key and field the begin and the end, both -1 where there is no such field. */
  readonly places: readonly Int32Array[];
}

/** From this many fields on, the whole hash is cheaper for the server than looking each up. */
const wholeHashFrom = 50;
const nowhere: readonly number[] = [];
const lineEnd = Buffer.from("\r\n");

/** The fields that are wanted of a hash, with the command that asks for them. All of them are raw bytes. */
export class HashFields {
  readonly names: readonly Buffer[];
  /** Whether the answer is the whole hash, names and values in turn. */
  readonly isWhole: boolean;
  private readonly positions = new Map<string, number[]>();
  /** The command up to the length of the key, and behind the key. */
  private readonly head: Buffer;
  private readonly tail: Buffer;

  constructor(names: readonly Buffer[]) {
    this.names = names;
    this.isWhole = names.length > wholeHashFrom;
    for (const [index, name] of names.entries()) {
      const text = name.toString("latin1");
      this.positions.set(text, [...(this.positions.get(text) ?? []), index]);
    }
    const command = this.isWhole ? "*2\r\n$7\r\nHGETALL\r\n$" : `*${names.length + 2}\r\n$5\r\nHMGET\r\n$`;
    this.head = Buffer.from(command);
    const asked = this.isWhole ? [] : names;
    this.tail = Buffer.concat([lineEnd, ...asked.flatMap((name) => [bulkHead(name), name, lineEnd])]);
  }

  /** Where a field is wanted, by its bytes: nowhere, once, or more often. */
  positionsOf(bytes: Buffer, start: number, end: number): readonly number[] {
    return this.positions.get(bytes.toString("latin1", start, end)) ?? nowhere;
  }

  /** One command for each key. */
  commands(keys: readonly Buffer[]): Buffer {
    const parts: Buffer[] = [];
    for (const key of keys) parts.push(this.head, this.keyHead(key.length), key, this.tail);
    return Buffer.concat(parts);
  }

  private keyHead(length: number): Buffer {
    return (keyHeads[length] ??= Buffer.from(`${length}\r\n`));
  }
}

const keyHeads: Buffer[] = [];

function bulkHead({ length }: Buffer): Buffer {
  return Buffer.from(`$${length}\r\n`);
}
