import type { JsonObject } from "../../../expression/value.js";
import { labelAmong, probabilitiesAmong } from "../answers/usual-names.js";
import type { Signature } from "../backend.js";
import type { Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import type { TensorSignature } from "../tensors/tensor.js";
import type { Asked } from "./ml-call.js";

const anything: JsonObject = {};
const number: JsonObject = { type: ["number", "null"] };
const answerers: JsonObject = { model: { type: "string" }, version: { type: "string" } };

/** The JSON Schema of a step's value, as far as it is known while loading; `undefined` where nothing is. */
export function stepShape(
  model: Model,
  asks: Asked,
  { type, protocol }: MlSettings,
  signature: Signature | undefined,
): JsonObject | undefined {
  if (model.response === "raw" || (type !== "onnx" && protocol === "json")) return undefined;
  // Where answers are JSON, the tensors that a model declares do not tell their form.
  const isOfTensors = type === "onnx" || protocol === "open_inference";
  const isTold = isOfTensors && signature !== undefined && signature.outputs.length > 0;
  const fields = isTold ? rowOfTensors(model, signature) : anyRow;
  const required = isTold ? Object.keys(fields) : ["prediction"];
  if (asks === "features") return { ...open({ ...fields, ...answerers }), required };
  if (asks !== "rows") return undefined;
  const predictions = { type: "array", items: { ...open(fields), required } };
  return { ...open({ predictions, ...answerers }), required: ["predictions"] };
}

/** Every field that a row can have: which of them come is known with the outputs. */
const anyRow: JsonObject = {
  prediction: anything,
  label: anything,
  probability: number,
  probabilities: { type: "object" },
};

/** What a model declares tells more: which outputs there are, of which types, and the classes. */
function rowOfTensors(model: Model, { outputs, classNames }: Signature): JsonObject {
  const read = outputs.filter(({ name }) => model.outputs?.names.includes(name) ?? true);
  const names = read.map(({ name }) => name);
  const classes = model.classNames ?? classNames;
  const label = read.find(({ name }) => name === labelAmong(names, model.outputs));
  if (probabilitiesAmong(names, model.outputs) !== undefined) {
    const said = model.classNames === undefined && label !== undefined ? elementShape(label) : anything;
    const likelihoods = Object.fromEntries((classes ?? []).map((name) => [name, number]));
    return {
      prediction: said,
      label: said,
      probability: number,
      probabilities: { type: "object", properties: likelihoods },
    };
  }
  if (model.classNames !== undefined) return { prediction: anything, label: anything };
  const [only] = read;
  if (read.length === 1) return { prediction: elementShape(only!) };
  return { prediction: open(Object.fromEntries(read.map((each) => [each.name, elementShape(each)]))) };
}

/** One row of an output. */
function elementShape({ type, shape }: TensorSignature): JsonObject {
  const width = shape?.slice(1);
  if (width === undefined) return anything;
  if (width.length > 1 || (width.length === 1 && width[0] !== 1)) return { type: "array" };
  if (type === "string") return { type: "string" };
  if (type === "bool") return { type: "boolean" };
  // Integers beyond 2^53 are text.
  return type === "int64" || type === "uint64" ? anything : number;
}

/** Outputs that are not of rows stand beside these under their own names. */
function open(properties: JsonObject): JsonObject {
  return { type: "object", properties };
}
