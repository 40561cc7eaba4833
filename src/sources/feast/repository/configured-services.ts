import type { Selection } from "../features/selection.js";
import type { FeastSettings } from "../settings.js";

/** A service of the configuration as the references it stands for; `undefined` where there is none of the name. */
export function serviceSelection(
  name: string,
  settings: FeastSettings,
  fullNames: boolean,
): Selection | undefined {
  const service = settings.feature_services.get(name);
  if (service === undefined) return undefined;
  const references = service.features.map(({ value }) => value);
  return { service: undefined, references, fullNames: fullNames || service.full_feature_names };
}
