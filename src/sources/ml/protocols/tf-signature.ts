import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import type { Signature } from "../backend.js";
import type { ElementType } from "../tensors/element-types.js";
import type { TensorSignature } from "../tensors/tensor.js";

/** What TensorFlow Serving says that one signature of a model takes and answers; empty where there is no such. */
export function tfSignature(metadata: JsonValue, name: JsonValue = "serving_default"): Signature {
  const path = ["metadata", "signature_def", "signature_def", String(name)];
  const { inputs = null, outputs = null } = path.reduce(
    (value, name) => objectIn(value[name]),
    objectIn(metadata),
  );
  return { inputs: tensorsIn(inputs), outputs: tensorsIn(outputs) };
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function tensorsIn(tensors: JsonValue): readonly TensorSignature[] {
  return Object.entries(objectIn(tensors)).flatMap(([name, tensor]) => {
    const { dtype, tensor_shape: shape = null } = objectIn(tensor);
    const type = types[String(dtype)];
    return type === undefined ? [] : [{ name, type, shape: sizesIn(shape) }];
  });
}

/** Sizes come as text, -1 for one that varies. */
function sizesIn(shape: JsonValue): TensorSignature["shape"] {
  const { dim = [], unknown_rank: isUnknown } = objectIn(shape);
  if (isUnknown === true || !isJsonList(dim)) return undefined;
  return dim.map((each) => {
    const size = Number(objectIn(each)["size"]);
    return size < 0 || !Number.isSafeInteger(size) ? undefined : size;
  });
}

const types: Readonly<Record<string, ElementType>> = {
  DT_FLOAT: "float32",
  DT_DOUBLE: "float64",
  DT_HALF: "float16",
  DT_BFLOAT16: "bfloat16",
  DT_INT8: "int8",
  DT_INT16: "int16",
  DT_INT32: "int32",
  DT_INT64: "int64",
  DT_UINT8: "uint8",
  DT_UINT16: "uint16",
  DT_UINT32: "uint32",
  DT_UINT64: "uint64",
  DT_BOOL: "bool",
  DT_STRING: "string",
};
