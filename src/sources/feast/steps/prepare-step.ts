import type { StepDefinition } from "../../../contracts/source.js";
import { checkedRepository } from "../repository/checked-repository.js";
import type { FeastSettings } from "../settings.js";
import { checkFeatures } from "./check-features.js";
import type { FeastCall } from "./feast-call.js";
import { readParams, type FeatureParams } from "./feature-params.js";

type Definition = StepDefinition<FeastSettings>;

/** Settles what a step asks for, as far as the registry is known. Reports what does not exist. */
export function prepareStep(definition: Definition): FeastCall | undefined {
  const { settings, report, maxAge } = definition;
  const errorsBefore = report.errorCount;
  const repository = checkedRepository(definition);
  const params = readParams(definition);
  if (params === undefined) return undefined;
  const typing = typingOf(params, repository, definition);
  if (report.errorCount > errorsBefore) return undefined;
  return {
    ...params,
    ...typing,
    effect: "read",
    parameters: [{ name: params.isMany ? "entities" : "entity", isRequired: true }],
    maxAge,
    mayFallBack: settings.database_fallback !== undefined,
  };
}

/** From the registry, where it is known while loading; else from what it told before. */
function typingOf(
  params: FeatureParams,
  repository: ReturnType<typeof checkedRepository>,
  { report, learned }: Definition,
): Pick<FeastCall, "shape" | "shapeKey"> {
  if (repository === undefined) return {};
  if (repository.known !== undefined) return { shape: checkFeatures(params, repository.known, report) };
  const shapeKey = keyOf(params);
  return { shapeKey, shape: learned?.(shapeKey) };
}

function keyOf({ selection, isMany }: FeatureParams): string {
  const { service, references, fullNames } = selection;
  const names = fullNames ? "full_feature_names" : "short_names";
  return `${service ?? references.join()} ${names} ${isMany ? "many" : "one"}`;
}
