/** Writes one message of Protocol Buffers, field by field. What is empty is left out, as proto3 has it. */
export class WireWriter {
  private readonly parts: Buffer[] = [];

  text(field: number, value: string): this {
    return value === "" ? this : this.block(field, Buffer.from(value));
  }

  /** Also where it is empty: for messages, for bytes of a list, and for what is one of several. */
  block(field: number, value: Buffer): this {
    this.parts.push(varint(BigInt(field * 8 + 2)), varint(BigInt(value.length)), value);
    return this;
  }

  message(field: number, value: WireWriter): this {
    return this.block(field, value.bytes());
  }

  /** Integers in one block. */
  packed(field: number, values: readonly bigint[]): this {
    if (values.length === 0) return this;
    return this.block(field, Buffer.concat(values.map((value) => varint(BigInt.asUintN(64, value)))));
  }

  integer(field: number, value: bigint): this {
    this.parts.push(varint(BigInt(field * 8)), varint(BigInt.asUintN(64, value)));
    return this;
  }

  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.parts.push(varint(BigInt(field * 8 + 1)), bytes);
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
