import type { Opening, SourceType } from "../../contracts/source.js";
import { object } from "../../schema/composites.js";
import type { Infer } from "../../schema/schema.js";
import { checkSource } from "./check-source.js";
import { mockedSource } from "./mocked-source.js";
import { settingsSchema, type FeastSettings } from "./settings.js";
import type { FeastCall } from "./steps/feast-call.js";
import { fixedParams } from "./steps/feature-params.js";
import { prepareStep } from "./steps/prepare-step.js";

const noOperation = object({});

/** Feature stores of Feast: read natively from a repository, or through a feature server. */
export const feastSource: SourceType<FeastSettings, Infer<typeof noOperation>, FeastCall> = {
  kind: "feast",
  file: "integrations/feast_config",
  settings: settingsSchema,
  operation: noOperation,
  prepare: () => undefined,
  step: { fixed: fixedParams, prepare: prepareStep },
  checkSource,
  mounts: ({ expose }) => (expose === true ? {} : expose || undefined),
  // Loaded only here, because a project that is only checked opens nothing.
  open: async (opening: Opening<FeastSettings>) =>
    opening.isMocked ? mockedSource : (await import("./open-source.js")).openSource(opening),
};
