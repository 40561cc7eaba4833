import type { HttpReply } from "../../../../connections/http/http-reply.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../../expression/value.js";
import { badResponse } from "../../answers/bad-response.js";
import type { TensorsAnswer } from "../../backend.js";
import { elementCount, type Tensor, type TensorData } from "../../tensors/tensor.js";
import { tensorData } from "../../tensors/tensor-bytes.js";
import { parseModelJson } from "../reply-json.js";
import { elementType } from "./datatypes.js";

/** Reads an answer: JSON, or JSON with tensors behind it as bytes. Throws MODEL_BAD_RESPONSE. */
export function inferAnswer(reply: HttpReply): TensorsAnswer {
  const length = reply.header("inference-header-content-length");
  const headLength = length === undefined ? reply.body.length : Number(length);
  if (!(headLength >= 0 && headLength <= reply.body.length)) throw badResponse("its header length is wrong");
  const head = reply.body.subarray(0, headLength).toString("utf8");
  return answerOf(parseModelJson(head), reply.body.subarray(headLength));
}

function answerOf(whole: JsonValue, binary: Buffer): TensorsAnswer {
  const outputs = isJsonObject(whole) ? (whole["outputs"] ?? null) : null;
  if (!isJsonObject(whole) || !isJsonList(outputs)) throw badResponse("it has no outputs");
  let start = 0;
  const tensors = outputs.map((output) => {
    const size = binarySize(output);
    const bytes = size === undefined ? undefined : binary.subarray(start, start + size);
    start += size ?? 0;
    return tensorOf(output, bytes);
  });
  if (start > binary.length) throw badResponse("it has fewer bytes than it says");
  const { model_name: name, model_version: version } = whole;
  return {
    kind: "tensors",
    outputs: tensors,
    raw: () => whole,
    ...(typeof name === "string" ? { model: name } : {}),
    ...(typeof version === "string" ? { version } : {}),
  };
}

function binarySize(output: JsonValue): number | undefined {
  const parameters = isJsonObject(output) ? (output["parameters"] ?? null) : null;
  const size = isJsonObject(parameters) ? parameters["binary_data_size"] : undefined;
  return typeof size === "number" ? size : undefined;
}

function tensorOf(output: JsonValue, bytes: Buffer | undefined): Tensor {
  const { name, datatype, shape } = isJsonObject(output) ? output : {};
  const type = elementType(datatype);
  if (typeof name !== "string" || type === undefined || !isShape(shape))
    throw badResponse("an output has no name, datatype or shape");
  const data =
    bytes === undefined ? flat(output as JsonObject) : tensorData(type, bytes, elementCount(shape));
  if (data === undefined) throw badResponse(`the output "${name}" has not as many values as its shape`);
  return { name, type, shape, data };
}

function isShape(shape: JsonValue | undefined): shape is readonly number[] {
  return isJsonList(shape) && shape.every((size) => Number.isSafeInteger(size));
}

/** `data` may be nested as the shape is. */
function flat({ data = null }: JsonObject): TensorData | undefined {
  return isJsonList(data) ? flattened(data) : undefined;
}

function flattened(list: readonly JsonValue[]): readonly JsonValue[] {
  return list.some(isJsonList) ? list.flatMap((item) => (isJsonList(item) ? flattened(item) : [item])) : list;
}
