import { WireWriter } from "../../../../connections/protobuf/wire-writer.js";
import type { JsonObject, JsonValue } from "../../../../expression/value.js";
import { failure } from "../../../../problems/orchestrator-error.js";
import type { Model } from "../../model.js";
import type { ElementType } from "../../tensors/element-types.js";
import { tensorBytes } from "../../tensors/tensor-bytes.js";
import type { Tensor } from "../../tensors/tensor.js";
import { datatypeOf } from "../open-inference/datatypes.js";

/** A `ModelInferRequest`. All its tensors are raw bytes, or all have typed contents; small floats only have the former. */
export function inferMessage(
  tensors: readonly Tensor[],
  parameters: JsonObject,
  { sentName, version, outputs, binary }: Model,
): Buffer {
  const isRaw = binary || tensors.some(({ type }) => type === "float16" || type === "bfloat16");
  const message = modelMessage(sentName, version);
  for (const [name, value] of Object.entries(parameters)) message.message(4, parameter(name, value));
  for (const tensor of tensors) message.message(5, input(tensor, isRaw));
  for (const name of outputs?.names ?? []) message.message(6, new WireWriter().text(1, name));
  if (isRaw) for (const tensor of tensors) message.block(7, tensorBytes(tensor));
  return message.bytes();
}

/** What asks for a model, its readiness or its declaration alike. */
export function modelMessage(name: string, version: string | undefined): WireWriter {
  return new WireWriter().text(1, name).text(2, version ?? "");
}

function parameter(name: string, value: JsonValue): WireWriter {
  return new WireWriter().text(1, name).message(2, parameterValue(name, value));
}

function parameterValue(name: string, value: JsonValue): WireWriter {
  const writer = new WireWriter();
  if (typeof value === "boolean") return writer.integer(1, value ? 1n : 0n);
  if (typeof value === "string") return writer.block(3, Buffer.from(value));
  if (typeof value !== "number") {
    const reason = "it is no number, text or boolean, which is all that the protocol has";
    throw failure("PARAMETER_INVALID", { name: `parameters.${name}`, reason }, { wasSent: false });
  }
  return Number.isSafeInteger(value) ? writer.integer(2, BigInt(value)) : writer.double(4, value);
}

function input(tensor: Tensor, isRaw: boolean): WireWriter {
  const writer = new WireWriter()
    .text(1, tensor.name)
    .text(2, datatypeOf(tensor.type))
    .packed(3, tensor.shape.map(BigInt));
  return isRaw ? writer : writer.message(5, contents(tensor));
}

function contents(tensor: Tensor): WireWriter {
  const { type, data } = tensor;
  const writer = new WireWriter();
  const field = contentFields[type]!;
  const values = Array.from(data as ArrayLike<JsonValue | bigint>);
  if (values.length === 0) return writer;
  if (type === "string") {
    for (const value of values) writer.block(field, Buffer.from(String(value)));
    return writer;
  }
  if (type === "float32" || type === "float64") return writer.block(field, tensorBytes(tensor));
  return writer.packed(
    field,
    values.map((value) => BigInt(value as number | string | boolean | bigint)),
  );
}

/** Where the contents of a type stand in `InferTensorContents`. */
export const contentFields: Readonly<Partial<Record<ElementType, number>>> = {
  bool: 1,
  ...{ int8: 2, int16: 2, int32: 2 },
  int64: 3,
  ...{ uint8: 4, uint16: 4, uint32: 4 },
  uint64: 5,
  float32: 6,
  float64: 7,
  string: 8,
};
