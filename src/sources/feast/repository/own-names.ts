import type { Location } from "../../../problems/location.js";
import type { Report } from "../../../problems/report.js";
import { resolveSelection } from "../features/resolve-selection.js";
import { SelectionError } from "../features/selection.js";
import { selectionProblem } from "../features/selection-problem.js";
import type { KnownRegistry } from "../registry/known-registry.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import type { FeastSettings } from "../settings.js";
import { serviceSelection } from "./configured-services.js";

/** Where a key of the source stands, as far as that is known. */
type PlaceOf = (key: keyof FeastSettings) => Location | undefined;

/** Checks what a source itself names against its registry: the project, its feature services, its fallback. */
export function checkOwnNames(
  settings: FeastSettings,
  known: KnownRegistry,
  report: Report,
  placeOf: PlaceOf,
): void {
  const { registry } = known;
  if (registry.views.size === 0 && !registry.isListed) {
    report.add("FEAST_PROJECT_UNKNOWN", { project: registry.project }, settings.repo_path?.location);
  }
  checkServices(settings, known, report, placeOf);
  checkFallback(settings, registry, report, placeOf);
}

/** The names of configured services are new, and their features exist. */
function checkServices(
  settings: FeastSettings,
  { registry, config, hasServer }: KnownRegistry,
  report: Report,
  placeOf: PlaceOf,
): void {
  for (const [name, { features }] of settings.feature_services) {
    const place = features[0]?.location ?? placeOf("feature_services");
    if (registry.services.has(name)) report.add("FEATURE_SERVICE_DUPLICATE", { name }, place);
    const selection = serviceSelection(name, settings, false)!;
    try {
      resolveSelection(selection, { registry, config, rules: "steps" });
    } catch (error) {
      if (!(error instanceof SelectionError)) throw error;
      if (error.fault.kind === "needs-server" && hasServer) continue;
      const at = error.reference === undefined ? place : (features[error.reference]?.location ?? place);
      report.addProblem({ ...selectionProblem(error.fault), location: at });
    }
  }
}

function checkFallback(
  { database_fallback: fallback }: FeastSettings,
  registry: ProjectRegistry,
  report: Report,
  placeOf: PlaceOf,
): void {
  for (const reference of fallback?.mapping.keys() ?? []) {
    const colon = reference.indexOf(":");
    const view = registry.views.get(reference.slice(0, colon));
    const isKnown = view?.features.some((feature) => feature.name === reference.slice(colon + 1)) === true;
    if (isKnown) continue;
    const reason = view === undefined ? "there is no such feature view" : "its view has no such feature";
    report.add("FALLBACK_FEATURE_UNKNOWN", { name: reference, reason }, placeOf("database_fallback"));
  }
}
