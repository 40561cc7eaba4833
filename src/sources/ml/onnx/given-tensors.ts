import type { Tensor } from "../../../connections/onnx/element-type.js";
import { isElementType } from "../../../connections/onnx/element-type.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import { convertFeature, Misfit } from "../features/convert-value.js";
import type { Model } from "../model.js";
import { elementCount, type TensorSignature } from "../tensors/tensor.js";
import { tensorOf } from "./write-tensors.js";

/** The tensors that a step gives as they are: `{ name: { shape, data, type } }`. Throws FEATURE_INVALID. */
export function givenTensors(
  given: JsonValue,
  inputs: readonly TensorSignature[],
  model: Model,
): Readonly<Record<string, Tensor>> {
  if (!isJsonObject(given))
    throw failure("PARAMETER_INVALID", { name: "tensors", reason: "it is no object" }, { wasSent: false });
  const stranger = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (stranger !== undefined) throw invalid(stranger, "the model has no such input");
  const feeds: Record<string, Tensor> = {};
  for (const input of inputs) {
    const tensor = given[input.name] ?? null;
    if (!isJsonObject(tensor)) throw invalid(input.name, "it is no tensor with `shape` and `data`");
    feeds[input.name] = readTensor(tensor, input, model);
  }
  return feeds;
}

function readTensor(given: JsonObject, { name, type }: TensorSignature, model: Model): Tensor {
  const said = given["type"] ?? type;
  if (said !== type || !isElementType(type)) throw invalid(name, `its type is not ${type}`);
  const elements = flat(given["data"] ?? null);
  const shape = given["shape"] ?? [elements.length];
  if (!isJsonList(shape) || !shape.every(isLength)) throw invalid(name, "its `shape` is no list of lengths");
  const lengths = shape as readonly number[];
  if (elementCount(lengths) !== elements.length)
    throw invalid(name, `it has ${elements.length} values for the shape [${lengths.join(", ")}]`);
  const feature = { name, width: 1, type, defaultValue: undefined, tensor: undefined };
  const converted = elements.map((element, index) => {
    const value = convertFeature(element, feature, model);
    if (value instanceof Misfit) throw invalid(name, `${value.reason} (element ${index})`);
    return value;
  });
  return tensorOf(`tensors.${name}`, type, lengths, converted);
}

function flat(data: JsonValue): readonly JsonValue[] {
  return isJsonList(data) ? data.flatMap(flat) : [data];
}

function isLength(value: JsonValue): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function invalid(name: string, reason: string): OrchestratorError {
  return failure("FEATURE_INVALID", { name: `tensors.${name}`, reason }, { wasSent: false });
}
