import type { JsonObject } from "../../../expression/value.js";
import type { Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import type { Asked } from "./ml-call.js";

const anything: JsonObject = {};
const number: JsonObject = { type: ["number", "null"] };
const answerers: JsonObject = { model: { type: "string" }, version: { type: "string" } };

/** The JSON Schema of a step's value, as far as it is known without the model; `undefined` where nothing is. */
export function stepShape(model: Model, asks: Asked, { protocol }: MlSettings): JsonObject | undefined {
  if (model.response === "raw" || protocol === "json") return undefined;
  const { label, probabilities } = model.outputs ?? {};
  const isClassifier = model.classNames !== undefined || label !== undefined || probabilities !== undefined;
  const row: JsonObject = {
    prediction: anything,
    ...(isClassifier ? { label: anything, probability: number, probabilities: { type: "object" } } : {}),
  };
  if (asks === "features") return open({ ...row, ...answerers });
  if (asks === "rows") return open({ predictions: { type: "array", items: open(row) }, ...answerers });
  return undefined;
}

/** Outputs that are not of rows stand beside these under their own names. */
function open(properties: JsonObject): JsonObject {
  return { type: "object", properties };
}
