import type { SourceDefinition } from "../../../contracts/source.js";
import { resolveSelection } from "../features/resolve-selection.js";
import { SelectionError, type Selection } from "../features/selection.js";
import { selectionProblem } from "../features/selection-problem.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import type { FeastSettings } from "../settings.js";
import type { RegistryConfig } from "./feature-store-config.js";

/** Checks the feature services of the configuration against a registry: their names are new, their features exist. */
export function addServices(
  registry: ProjectRegistry,
  config: RegistryConfig,
  { settings, report, tree }: SourceDefinition<FeastSettings>,
): void {
  for (const [name, { features }] of settings.feature_services) {
    const place = features[0]?.location ?? tree.location;
    if (registry.services.has(name)) report.add("FEATURE_SERVICE_DUPLICATE", { name }, place);
    const selection = serviceSelection(name, settings, false)!;
    try {
      resolveSelection(selection, { registry, config, rules: "steps" });
    } catch (error) {
      if (!(error instanceof SelectionError)) throw error;
      if (error.fault.kind === "needs-server" && settings.url !== undefined) continue;
      const at = error.reference === undefined ? place : (features[error.reference]?.location ?? place);
      report.addProblem({ ...selectionProblem(error.fault), location: at });
    }
  }
}

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
