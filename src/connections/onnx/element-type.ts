/** The types of tensors that can be sent and fetched, by their names in ONNX Runtime. */
export type ElementType =
  | "float32"
  | "float64"
  | "float16"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "bool"
  | "string";

/** `float16` as its bits. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** Values in rows: the last of `dims` counts fastest. */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** As a model file numbers them. */
const numbered: readonly (ElementType | undefined)[] = [
  undefined,
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
];

/** `undefined` for types that ONNX Runtime cannot take from JavaScript, such as bfloat16 and complex numbers. */
export function elementType(number: number): ElementType | undefined {
  return numbered[number];
}

export function isElementType(name: string): name is ElementType {
  return (numbered as readonly unknown[]).includes(name);
}
