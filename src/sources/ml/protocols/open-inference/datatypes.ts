import type { ElementType } from "../../tensors/element-types.js";

const datatypes: Readonly<Record<ElementType, string>> = {
  float32: "FP32",
  float64: "FP64",
  float16: "FP16",
  bfloat16: "BF16",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  bool: "BOOL",
  string: "BYTES",
};
const types = new Map(Object.entries(datatypes).map(([type, datatype]) => [datatype, type as ElementType]));

/** What the protocol calls a type. */
export function datatypeOf(type: ElementType): string {
  return datatypes[type];
}

/** The type that the protocol calls so; `undefined` where there is none. */
export function elementType(datatype: unknown): ElementType | undefined {
  return types.get(String(datatype));
}
