import type { JsonValue } from "../../../expression/value.js";
import type { ElementType } from "./element-types.js";
import { floatOfHalf, halfOfFloat } from "./half-floats.js";
import type { Tensor, TensorData } from "./tensor.js";

const sizes: Readonly<Record<Exclude<ElementType, "string">, number>> = {
  ...{ bool: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, float16: 2, bfloat16: 2 },
  ...{ int32: 4, uint32: 4, float32: 4, int64: 8, uint64: 8, float64: 8 },
};

/** The elements of a tensor as bytes: little endian, row by row; text as its length in 32 bits and UTF-8. */
export function tensorBytes({ type, data }: Pick<Tensor, "type" | "data">): Buffer {
  if (type === "string") return textBytes(data as readonly JsonValue[]);
  const size = sizes[type];
  const bytes = Buffer.alloc(data.length * size);
  for (let index = 0; index < data.length; index++) {
    writeElement(bytes, index * size, type, data[index] as JsonValue | bigint);
  }
  return bytes;
}

function textBytes(data: readonly JsonValue[]): Buffer {
  const parts: Buffer[] = [];
  for (const element of data) {
    const text = Buffer.from(typeof element === "string" ? element : JSON.stringify(element));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    parts.push(length, text);
  }
  return Buffer.concat(parts);
}

function writeElement(bytes: Buffer, at: number, type: ElementType, value: JsonValue | bigint): void {
  switch (type) {
    case "bool":
      return void bytes.writeUInt8(Number(value), at);
    case "int8":
      return void bytes.writeInt8(Number(value), at);
    case "uint8":
      return void bytes.writeUInt8(Number(value), at);
    case "int16":
      return void bytes.writeInt16LE(Number(value), at);
    case "uint16":
      return void bytes.writeUInt16LE(Number(value), at);
    case "int32":
      return void bytes.writeInt32LE(Number(value), at);
    case "uint32":
      return void bytes.writeUInt32LE(Number(value), at);
    case "int64":
      return void bytes.writeBigInt64LE(BigInt(value as number | string | bigint), at);
    case "uint64":
      return void bytes.writeBigUInt64LE(BigInt(value as number | string | bigint), at);
    case "float16":
      return void bytes.writeUInt16LE(halfOfFloat(numberOf(value)), at);
    case "bfloat16": {
      const whole = Buffer.alloc(4);
      whole.writeFloatLE(numberOf(value));
      return void whole.copy(bytes, at, 2);
    }
    case "float32":
      return void bytes.writeFloatLE(numberOf(value), at);
    case "float64":
      return void bytes.writeDoubleLE(numberOf(value), at);
    default:
      throw new Error(`A tensor of type ${type} has no elements of one size.`);
  }
}

function numberOf(value: JsonValue | bigint): number {
  return value === null ? NaN : Number(value);
}

/** Reads elements back; `undefined` where the bytes do not hold that many. */
export function tensorData(type: ElementType, bytes: Buffer, count: number): TensorData | undefined {
  if (type === "string") return textData(bytes, count);
  const size = sizes[type];
  if (bytes.length !== count * size) return undefined;
  switch (type) {
    case "int64":
      return BigInt64Array.from({ length: count }, (_, index) => bytes.readBigInt64LE(index * size));
    case "uint64":
      return BigUint64Array.from({ length: count }, (_, index) => bytes.readBigUInt64LE(index * size));
    case "bool":
      return Uint8Array.from(bytes);
    default:
      return Float64Array.from({ length: count }, (_, index) => readNumber(bytes, index * size, type));
  }
}

function readNumber(bytes: Buffer, at: number, type: ElementType): number {
  switch (type) {
    case "int8":
      return bytes.readInt8(at);
    case "uint8":
      return bytes.readUInt8(at);
    case "int16":
      return bytes.readInt16LE(at);
    case "uint16":
      return bytes.readUInt16LE(at);
    case "int32":
      return bytes.readInt32LE(at);
    case "uint32":
      return bytes.readUInt32LE(at);
    case "float16":
      return floatOfHalf(bytes.readUInt16LE(at));
    case "bfloat16":
      return Buffer.from([0, 0, bytes[at]!, bytes[at + 1]!]).readFloatLE(0);
    case "float32":
      return bytes.readFloatLE(at);
    default:
      return bytes.readDoubleLE(at);
  }
}

function textData(bytes: Buffer, count: number): readonly JsonValue[] | undefined {
  const texts: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const end = at + 4 + length;
    if (end > bytes.length) return undefined;
    texts.push(bytes.toString("utf8", at + 4, end));
    at = end;
  }
  return at === bytes.length && texts.length === count ? texts : undefined;
}
