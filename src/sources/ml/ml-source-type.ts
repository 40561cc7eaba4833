import type { Definition, Opening, SourceType } from "../../contracts/source.js";
import { checkModel, checkSource } from "./check-source.js";
import { combineValues } from "./ensemble/combine-values.js";
import { mockedSource } from "./mocked-source.js";
import { modelSettings, settingsSchema, type MlModelSettings, type MlSettings } from "./settings.js";
import type { MlCall } from "./steps/ml-call.js";
import { prepareStep } from "./steps/prepare-step.js";

/** Models: on servers that speak one of several protocols. A step gives one features, and gets its prediction. */
export const mlSource: SourceType<MlSettings, MlModelSettings, MlCall> = {
  kind: "ml",
  file: "integrations/ml_config",
  operations: { key: "models", placed: "inside" },
  settings: settingsSchema,
  operation: modelSettings,
  prepare(definition: Definition<MlSettings, MlModelSettings>) {
    return checkModel(definition);
  },
  step: { fixed: [], prepare: prepareStep },
  checkSource,
  combine: combineValues,
  // Loaded only here, because a project that is only checked opens nothing.
  open: async (opening: Opening<MlSettings>) =>
    opening.isMocked ? mockedSource : (await import("./open-source.js")).openSource(opening),
};
