import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../../expression/value.js";
import type { Signature } from "../../backend.js";
import type { TensorSignature } from "../../tensors/tensor.js";
import { datatypeOf, elementType } from "./datatypes.js";

/** What a model declares, as the protocol words it; empty where nothing is said of it. */
export function signatureIn(declaration: JsonValue): Signature {
  const { inputs = null, outputs = null } = isJsonObject(declaration) ? declaration : {};
  return { inputs: tensorsIn(inputs), outputs: tensorsIn(outputs) };
}

/** The protocol's words for what a model declares. */
export function declarationOf({ inputs, outputs }: Signature): JsonObject {
  return { inputs: inputs.map(tensorOf), outputs: outputs.map(tensorOf) };
}

function tensorsIn(tensors: JsonValue): readonly TensorSignature[] {
  if (!isJsonList(tensors)) return [];
  return tensors.flatMap((tensor) => {
    const { name, datatype, shape } = isJsonObject(tensor) ? tensor : {};
    const type = elementType(datatype);
    if (typeof name !== "string" || type === undefined) return [];
    return [{ name, type, shape: sizesIn(shape) }];
  });
}

function sizesIn(shape: JsonValue | undefined): TensorSignature["shape"] {
  if (shape === undefined || !isJsonList(shape) || !shape.every((size) => Number.isSafeInteger(size)))
    return undefined;
  return (shape as readonly number[]).map((size) => (size < 0 ? undefined : size));
}

function tensorOf({ name, type, shape }: TensorSignature): JsonObject {
  const sizes = shape === undefined ? {} : { shape: shape.map((size) => size ?? -1) };
  return { name, datatype: datatypeOf(type), ...sizes };
}
