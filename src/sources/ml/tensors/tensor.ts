import type { JsonValue } from "../../../expression/value.js";
import type { ElementType } from "./element-types.js";

/**
 * Elements, row by row. Lists hold what JSON has: numbers, booleans, text, 64-bit integers beyond 2^53 as text, and null
 * for a number that is none. Typed arrays hold 64-bit integers as bigints, and booleans as 0 and 1 in a Uint8Array.
 */
export type TensorData =
  | readonly JsonValue[]
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A tensor as a model declares it. */
export interface TensorSignature {
  readonly name: string;
  readonly type: ElementType;
  /** `undefined` for a dimension that varies; the whole is `undefined` where nothing is known of it. */
  readonly shape: readonly (number | undefined)[] | undefined;
}

/** How many elements a shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** One element as a JSON value: no number that is not finite, no bigint; of a boolean type true or false. */
export function elementOf(
  { type, data }: Tensor,
  index: number,
  bigIntegers: "number" | "string",
): JsonValue {
  const value: JsonValue | bigint = data[index] ?? null;
  if (typeof value === "number") {
    if (type === "bool") return value !== 0;
    if (!Number.isFinite(value)) return null;
    return bigIntegers === "string" && is64Bit(type) ? String(value) : value;
  }
  if (typeof value !== "bigint") return value;
  const isExact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isExact && bigIntegers === "number" ? Number(value) : String(value);
}

function is64Bit(type: ElementType): boolean {
  return type === "int64" || type === "uint64";
}
