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
    let length = this.prefix.length + this.suffix.length;
    for (const value of values) length += 8 + this.lengthOf(value);
    const key = Buffer.allocUnsafe(length);
    let at = this.prefix.copy(key, 0);
    for (const index of this.order) at = this.writeValue(key, at, values[index]!);
    this.suffix.copy(key, at);
    return key;
  }

  private nameParts(name: string, bytes: Buffer): readonly Buffer[] {
    const text = u32(valueTypes.string);
    if (this.layout === 3) return [text, u32(bytes.length), bytes];
    return this.layout === "3-legacy" ? [text, u32([...name].length), bytes] : [text, bytes];
  }

  /** How many bytes a value has. */
  private lengthOf({ type, value }: KeyValue): number {
    if (value === null) throw new KeyLayoutError("a key is null");
    if (typeof value === "string") return Buffer.byteLength(value);
    if (typeof value !== "bigint") return value.length;
    if (!this.isShort(type)) return 8;
    if (BigInt.asIntN(32, value) === value) return 4;
    throw new KeyLayoutError(`${value} does not fit into the keys of version ${this.layout}`);
  }

  private isShort(type: number): boolean {
    const isOld = this.layout === 0 || this.layout === 1;
    return type === valueTypes.int32 || (type === valueTypes.int64 && isOld);
  }

  /** Type, length, bytes; answers the place behind them. */
  private writeValue(key: Buffer, at: number, { type, value }: KeyValue): number {
    const start = key.writeUInt32LE(type, at) + 4;
    let end: number;
    if (typeof value === "string") end = start + key.write(value, start);
    else if (typeof value !== "bigint") end = start + value!.copy(key, start);
    else if (this.isShort(type)) end = key.writeInt32LE(Number(value), start);
    else end = key.writeBigInt64LE(value, start);
    key.writeUInt32LE(end - start, start - 4);
    return end;
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
