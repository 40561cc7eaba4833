import type { SourceDefinition } from "../../../contracts/source.js";
import type { Signature } from "../backend.js";
import type { Feature } from "../features/feature.js";
import { featuresOf } from "../features/feature-vector.js";
import { misfitOfWidth, placeFeatures, widthOf } from "../features/place-features.js";
import { modelsOf, type Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import { keyPlace } from "./key-place.js";
import { learnedSignature } from "./learned-signature.js";

/** Compares what is said of models with what was learned of them from their server. */
export function checkLearned(definition: SourceDefinition<MlSettings>): void {
  const { settings, sourceName, report } = definition;
  for (const model of modelsOf(sourceName, settings)) {
    const signature = learnedSignature(model, definition);
    if (signature === undefined) continue;
    const reason = misfitOf(model, signature);
    if (reason !== undefined) {
      const key = model.inputs === undefined ? "dtypes" : "inputs";
      const facts = { model: model.name, reason };
      report.add("MODEL_INPUTS_MISMATCH", facts, keyPlace(model.name, key, definition));
    }
    const known = signature.outputs.map(({ name }) => name);
    for (const name of model.outputs?.names ?? []) {
      if (known.length === 0 || known.includes(name)) continue;
      const facts = { model: model.name, name, known };
      report.add("MODEL_OUTPUT_UNKNOWN", facts, keyPlace(model.name, "outputs", definition));
    }
  }
}

/** An input that nothing is declared for may be optional, which servers do not tell. */
function misfitOf(model: Model, signature: Signature): string | undefined {
  const { inputs } = signature;
  const [first] = inputs;
  if (first === undefined) return undefined;
  const features = featuresOf(model, signature)!;
  const isVector = model.layout === "vector";
  const inputOf = ({ name, tensor }: Feature) => (isVector ? (tensor ?? first.name) : name);
  const placed = placeFeatures(features, inputs, inputOf);
  if (typeof placed === "string") return placed;
  return inputs
    .map((input) => ({ input, places: placed.get(input.name)! }))
    .filter(({ places }) => places.length > 0)
    .map(({ input, places }) => misfitOfWidth(input, widthOf(places, features)))
    .find((misfit) => misfit !== undefined);
}
