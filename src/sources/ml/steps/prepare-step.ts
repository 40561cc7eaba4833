import type { StepDefinition } from "../../../contracts/source.js";
import { learnedSignature, shapeKeyOf } from "../declared/learned-signature.js";
import { featuresOf } from "../features/feature-vector.js";
import { modelOf, type Model } from "../model.js";
import { declaredSignature } from "../onnx/checked-model.js";
import { protocolOf } from "../protocols/protocols.js";
import type { MlModelSettings, MlSettings } from "../settings.js";
import { featureTimes, type FeatureTimes } from "../record/feature-times.js";
import type { Asked, MlCall } from "./ml-call.js";
import { readParams } from "./step-params.js";
import { stepShape } from "./step-shape.js";

/** Settles what a step asks of which model. Reports what is wrong with it. */
export function prepareStep(definition: StepDefinition<MlSettings>): MlCall | undefined {
  const { operation, sourceName, settings } = definition;
  const model = modelOf(operation?.name ?? sourceName, settings, operation?.value as MlModelSettings);
  const signature =
    settings.type === "onnx" ? declaredSignature(model, definition) : learnedSignature(model, definition);
  const asks = readParams(definition, model, featuresOf(model, signature));
  if (asks === undefined) return undefined;
  const isStream = model.response === "stream" && protocolOf(settings).writeStream !== undefined;
  if (isStream && asks !== "messages") {
    const { keyLocation } = definition.params!.entries.get(asks)!;
    const reason = "A model that says `response: stream` is asked `messages`.";
    const hint = `For \`${asks}\`, leave \`response\` of the model away, or write \`response: normal\` there.`;
    return definition.report.add("CONFIG_VALUE_INVALID", { reason }, keyLocation, { hint });
  }
  const times = recordedTimes(model, asks, definition);
  return {
    effect: "read",
    parameters: [
      { name: asks, isRequired: true },
      { name: "parameters", isRequired: false },
    ],
    model,
    location: settings.models?.get(model.name)?.tree.location,
    asks,
    wantsOrigin: model.inferenceLog !== undefined,
    readsMeta: times?.steps,
    streams: isStream ? "answer" : undefined,
    namesItself: ["model", "version"],
    isTyped: asks !== "features" && asks !== "rows" ? true : isDeclared(model),
    featureTimes: times,
    shape: stepShape(model, asks, settings, signature),
    shapeKey: shapeKeyOf(model, settings),
  };
}

function recordedTimes(
  { inferenceLog }: Model,
  asks: Asked,
  { formulas }: StepDefinition<MlSettings>,
): FeatureTimes | undefined {
  const given = formulas.get(asks)?.template;
  if (inferenceLog === undefined || given === undefined) return undefined;
  return asks === "features" || asks === "rows" ? featureTimes(given) : undefined;
}

/** Whether the configuration says all that is to be known of the inputs. */
function isDeclared({ inputs, dtypes, layout }: Model): boolean {
  if (inputs === undefined) return false;
  return inputs.every(({ name, type, tensor }) => {
    return (type ?? dtypes[name]) !== undefined && (layout === "named" || tensor !== undefined);
  });
}
