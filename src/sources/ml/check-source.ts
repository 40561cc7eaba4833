import type { Definition, SourceDefinition } from "../../contracts/source.js";
import type { MlModelSettings, MlSettings } from "./settings.js";
import type { MlCall } from "./steps/ml-call.js";

/** Checks a source as a whole: it must say where its models are. */
export function checkSource({ settings, report, tree }: SourceDefinition<MlSettings>): void {
  if (settings.base_url === undefined) report.add("MODEL_PLACE_MISSING", {}, tree.location);
}

/** Checks a model as far as that needs no step. There is no call of one without a step. */
export function checkModel(_: Definition<MlSettings, MlModelSettings>): MlCall | undefined {
  return undefined;
}
