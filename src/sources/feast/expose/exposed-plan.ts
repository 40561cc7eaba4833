import type { BoundRead, ReadView } from "../features/bound-read.js";
import { joinKeysOf } from "../features/join-keys.js";
import type { NativeFeatures } from "../features/native-features.js";
import type { ResolvedSelection } from "../features/projection.js";
import type { Selection } from "../features/selection.js";
import { planColumns, type ColumnPlan } from "./entity-columns.js";

/** How requests with these features and these columns are answered, worked out once for each registry. */
export interface ExposedPlan extends ResolvedSelection {
  readonly columnPlan: ColumnPlan;
  /** By group: the positions of its keys among the columns that count. */
  readonly groupColumns: readonly (readonly number[])[];
  readonly bound: BoundRead;
}

const mostPlans = 1_000;
const plans = new WeakMap<NativeFeatures, Map<string, ExposedPlan>>();

/** Throws SelectionError and a Refusal. */
export function exposedPlan(
  features: NativeFeatures,
  selection: Selection,
  columns: readonly string[],
): ExposedPlan {
  const key = JSON.stringify([selection.service ?? null, selection.references, selection.fullNames, columns]);
  const known = plans.get(features) ?? new Map<string, ExposedPlan>();
  plans.set(features, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  const plan = makePlan(features, selection, columns);
  if (known.size >= mostPlans) known.clear();
  known.set(key, plan);
  return plan;
}

function makePlan(features: NativeFeatures, selection: Selection, columns: readonly string[]): ExposedPlan {
  const resolved = features.resolve(selection, "python");
  const joinKeys = resolved.projections.map((projection) => joinKeysOf(projection, features.registry));
  const columnPlan = planColumns(columns, resolved.projections, joinKeys, features);
  const bound = features.bind(readViews(resolved, columnPlan));
  const position = new Map(columnPlan.echoed.map(({ name }, index) => [name, index]));
  const groupColumns = bound.groups.map((group) => group.joinKeys.map(({ sentAs }) => position.get(sentAs)!));
  return { ...resolved, columnPlan, bound, groupColumns };
}

/** A service that is kept ready in one piece is read as one view with one feature, under the keys of its first. */
function readViews(
  { projections, precomputedService }: ResolvedSelection,
  { keysOf }: ColumnPlan,
): ReadView[] {
  if (precomputedService !== undefined) {
    const storedName = `__precomputed__${precomputedService}`;
    const features = ["vector"];
    return [{ storedName, features, allFeatures: features, joinKeys: keysOf[0] ?? [] }];
  }
  return projections.map(({ storedName, features, view }, index) => ({
    storedName,
    features: features.map(({ name }) => name),
    allFeatures: view.features.map(({ name }) => name),
    joinKeys: keysOf[index]!,
  }));
}
