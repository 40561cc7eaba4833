/** The types of tensor elements, by ONNX's names. */
export const elementTypes = [
  ...["float32", "float64", "float16", "bfloat16"],
  ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"],
  ...["bool", "string"],
] as unknown as readonly ElementType[];

export type ElementType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string";

export interface IntegerRange {
  readonly least: bigint;
  readonly most: bigint;
}

const integerRanges: Partial<Record<ElementType, IntegerRange>> = {
  int8: signed(8n),
  int16: signed(16n),
  int32: signed(32n),
  int64: signed(64n),
  uint8: unsigned(8n),
  uint16: unsigned(16n),
  uint32: unsigned(32n),
  uint64: unsigned(64n),
};

/** What an integer type can hold; `undefined` for other types. */
export function integerRange(type: ElementType): IntegerRange | undefined {
  return integerRanges[type];
}

/** The largest finite number of a floating type; `undefined` for other types. */
export function largestFloat(type: ElementType): number | undefined {
  switch (type) {
    case "float64":
      return Number.MAX_VALUE;
    case "float32":
      return 3.4028234663852886e38;
    case "bfloat16":
      return 3.3895313892515355e38;
    case "float16":
      return 65_504;
    default:
      return undefined;
  }
}

function signed(bits: bigint): IntegerRange {
  return { least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n };
}

function unsigned(bits: bigint): IntegerRange {
  return { least: 0n, most: 2n ** bits - 1n };
}
