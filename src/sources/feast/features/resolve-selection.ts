import type { FeatureService, FeatureView, Field } from "../registry/model.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import type { RegistryConfig } from "../repository/feature-store-config.js";
import { parseReference } from "./feature-reference.js";
import type { Column, Projection, ResolvedSelection } from "./projection.js";
import { SelectionError, type Rules, type Selection } from "./selection.js";

export interface SelectionContext {
  readonly registry: ProjectRegistry;
  readonly config: Pick<RegistryConfig, "readsVersions" | "servesWhileMaterializing">;
  readonly rules: Rules;
}

/** Finds everything that a selection names. Throws SelectionError with the first that cannot be read. */
export function resolveSelection(selection: Selection, context: SelectionContext): ResolvedSelection {
  const { service: name, references, fullNames } = selection;
  if (name === undefined && references.length === 0) throw new SelectionError({ kind: "nothing" });
  const service = name === undefined ? undefined : findService(name, context);
  const asked = service === undefined ? fromReferences(references, context) : fromService(service, context);
  refuseCollisions(asked.order, asked.projections, fullNames);
  for (const { view } of asked.projections) checkGates(view, context);
  for (const { view } of asked.projections) refusePython(view);
  const isPrecomputed = service?.isPrecomputed === true && context.rules === "python";
  return {
    projections: asked.projections,
    columns: columnsOf(asked, fullNames, context.rules),
    precomputedService: isPrecomputed ? service.name : undefined,
  };
}

interface Asked {
  readonly projections: readonly Projection[];
  /** In the order in which they were asked for. */
  readonly order: readonly { readonly projection: number; readonly feature: number }[];
}

function findService(name: string, { registry }: SelectionContext): FeatureService {
  const service = registry.services.get(name);
  if (service !== undefined) return service;
  throw new SelectionError({ kind: "service-unknown", name, known: [...registry.services.keys()] });
}

function fromService(service: FeatureService, context: SelectionContext): Asked {
  const projections = service.projections.map((projection): Projection => {
    const current = findView(projection.view, undefined, context);
    const view = pinned(current, projection.version, undefined, context);
    const name = projection.alias === "" ? versioned(view.name, projection.version) : projection.alias;
    // Feast forgets the current version of a view that it reaches through a service.
    const readsFirst = context.rules === "python" && projection.version === undefined;
    const version = readsFirst ? 0 : (projection.version ?? current.currentVersion);
    const { features, joinKeyMap } = projection;
    return { view, name, storedName: storedName(view, version, context), features, joinKeyMap };
  });
  const order = projections.flatMap(({ features }, projection) =>
    features.map((_, feature) => ({ projection, feature })),
  );
  return { projections, order };
}

interface OpenProjection extends Projection {
  readonly features: Field[];
}

const noMap: ReadonlyMap<string, string> = new Map();

function fromReferences(references: readonly string[], context: SelectionContext): Asked {
  const projections: OpenProjection[] = [];
  const order: { projection: number; feature: number }[] = [];
  const { project } = context.registry;
  const parsed = references.map((written, at) => parseReference(written, at, project, context.rules));
  for (const [at, { view: viewName, version, feature }] of parsed.entries()) {
    const current = findView(viewName, at, context);
    const view = pinned(current, version, at, context);
    const name = versioned(viewName, version);
    let projection = projections.findIndex((each) => each.name === name);
    if (projection < 0) {
      const stored = storedName(view, version ?? current.currentVersion, context);
      const empty = { view, name, storedName: stored, features: [], joinKeyMap: noMap };
      projection = projections.push(empty) - 1;
    }
    const { features } = projections[projection]!;
    order.push({ projection, feature: features.push(findFeature(view, name, feature, at)) - 1 });
  }
  return { projections, order };
}

function findView(name: string, at: number | undefined, { registry }: SelectionContext): FeatureView {
  const view = registry.views.get(name);
  if (view !== undefined) return view;
  throw new SelectionError({ kind: "view-unknown", name, known: [...registry.views.keys()] }, at);
}

function pinned(
  view: FeatureView,
  version: number | undefined,
  at: number | undefined,
  { registry, config }: SelectionContext,
): FeatureView {
  if (version === undefined) return view;
  const fault = { view: view.name, version: `v${version}` };
  if (!config.readsVersions) throw new SelectionError({ kind: "versions-off", ...fault }, at);
  const found = registry.version(view, version);
  if (found === undefined) throw new SelectionError({ kind: "version-unknown", ...fault }, at);
  return found;
}

function findFeature(view: FeatureView, shownView: string, name: string, at: number): Field {
  const feature = view.features.find((each) => each.name === name);
  if (feature !== undefined) return feature;
  const known = view.features.map((each) => each.name);
  throw new SelectionError({ kind: "feature-unknown", view: shownView, name, known }, at);
}

function versioned(name: string, version: number | undefined): string {
  return version === undefined ? name : `${name}@v${version}`;
}

function storedName(view: FeatureView, version: number, { config }: SelectionContext): string {
  return config.readsVersions && version > 0 ? `${view.name}_v${version}` : view.name;
}

const states = ["STATE_UNSPECIFIED", "CREATED", "GENERATED", "MATERIALIZING", "AVAILABLE_ONLINE"];

function checkGates({ name, isDisabled, state }: FeatureView, { config }: SelectionContext): void {
  if (isDisabled) throw new SelectionError({ kind: "disabled", name });
  const served = [0, 4, ...(config.servesWhileMaterializing ? [3] : [])];
  if (served.includes(state)) return;
  throw new SelectionError({ kind: "not-available", name, state: states[state] ?? String(state) });
}

function refusePython({ kind, name, isStored, requestFields }: FeatureView): void {
  if (kind !== "on_demand_feature_view" || (isStored && requestFields.length === 0)) return;
  throw new SelectionError({ kind: "needs-server", name, requestFields });
}

function refuseCollisions(
  order: Asked["order"],
  projections: readonly Projection[],
  fullNames: boolean,
): void {
  const seen = new Set<string>();
  const names = new Set<string>();
  for (const each of order) {
    const name = nameOf(each, projections, fullNames);
    if (seen.has(name)) names.add(name);
    seen.add(name);
  }
  if (names.size > 0) throw new SelectionError({ kind: "collision", names: [...names], fullNames });
}

function nameOf(
  { projection, feature }: Asked["order"][number],
  projections: readonly Projection[],
  fullNames: boolean,
): string {
  const { name, features } = projections[projection]!;
  return fullNames ? `${name}__${features[feature]!.name}` : features[feature]!.name;
}

/** Our steps keep the order in which columns were asked for; Feast groups them by view. */
function columnsOf({ projections, order }: Asked, fullNames: boolean, rules: Rules): readonly Column[] {
  const sorted = rules === "python" ? [...order].sort((a, b) => a.projection - b.projection) : order;
  return sorted.map((each) => ({
    ...each,
    name: nameOf(each, projections, fullNames),
    field: projections[each.projection]!.features[each.feature]!,
  }));
}
