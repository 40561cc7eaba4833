import { valueTypes } from "../registry/model.js";
import type { KeyValue } from "./key-value.js";

/** How keys are laid out: the configured version, or version 3 as the releases 0.40 to 0.43 wrote it. */
export type KeyLayout = 0 | 1 | 2 | 3 | "3-legacy";

/** A key that cannot be written in this layout. */
export class KeyLayoutError extends Error {
  override readonly name = "KeyLayoutError";
}

/** Writes the bytes under which a store keeps an entity. What is the same for all rows is worked out once. */
export class KeyEncoder {
  /** For each join key in the order of the bytes, its position in the order in which values are given. */
  private readonly order: readonly number[];
  private readonly prefix: Buffer;
  private readonly suffix: Buffer;
  private readonly layout: KeyLayout;

  /** `suffix` stands behind every key: Redis has the project there. */
  constructor(joinKeys: readonly string[], layout: KeyLayout, suffix: Buffer = Buffer.alloc(0)) {
    const names = joinKeys.map((name) => Buffer.from(name, "utf8"));
    this.order = names.map((_, index) => index).sort((a, b) => names[a]!.compare(names[b]!));
    this.layout = layout;
    this.suffix = suffix;
    const parts = this.order.flatMap((index) => this.nameParts(joinKeys[index]!, names[index]!));
    this.prefix = Buffer.concat(layout === 3 ? [u32(joinKeys.length), ...parts] : parts);
  }

  /** The key of one row; `values` in the order of the join keys given before. Throws KeyLayoutError. */
  encode(values: readonly KeyValue[]): Buffer {
    const parts = [this.prefix];
    for (const index of this.order) parts.push(...this.valueParts(values[index]!));
    parts.push(this.suffix);
    return Buffer.concat(parts);
  }

  private nameParts(name: string, bytes: Buffer): readonly Buffer[] {
    const text = u32(valueTypes.string);
    if (this.layout === 3) return [text, u32(bytes.length), bytes];
    return this.layout === "3-legacy" ? [text, u32([...name].length), bytes] : [text, bytes];
  }

  private valueParts({ type, value }: KeyValue): readonly Buffer[] {
    if (value === null) throw new KeyLayoutError("a key is null");
    const data = typeof value === "bigint" ? this.integer(value, type) : bytesOf(value);
    return [u32(type), u32(data.length), data];
  }

  private integer(value: bigint, type: number): Buffer {
    const isOld = this.layout === 0 || this.layout === 1;
    const isShort = type === valueTypes.int32 || (type === valueTypes.int64 && isOld);
    if (isShort && BigInt.asIntN(32, value) !== value) {
      throw new KeyLayoutError(`${value} does not fit into the keys of version ${this.layout}`);
    }
    const data = Buffer.alloc(isShort ? 4 : 8);
    if (isShort) data.writeInt32LE(Number(value));
    else data.writeBigInt64LE(value);
    return data;
  }
}

function bytesOf(value: string | Buffer): Buffer {
  return typeof value === "string" ? Buffer.from(value, "utf8") : value;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
