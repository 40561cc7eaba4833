import type { JsonObject } from "../../../expression/value.js";
import type { Report } from "../../../problems/report.js";
import { resolveSelection } from "../features/resolve-selection.js";
import type { ResolvedSelection } from "../features/projection.js";
import { SelectionError, type Selection } from "../features/selection.js";
import { selectionProblem } from "../features/selection-problem.js";
import type { KnownRegistry } from "../registry/known-registry.js";
import { checkJoinKeys } from "./check-join-keys.js";
import type { FeatureParams } from "./feature-params.js";
import { stepShape } from "./step-shape.js";

/** Checks what a step asks for against a registry, and answers the shape of its value, where that is known. */
export function checkFeatures(
  { selection, places, isMany, entityTree }: FeatureParams,
  known: KnownRegistry,
  report: Report,
): JsonObject | undefined {
  const found = resolve(selection, known);
  if (!(found instanceof SelectionError)) {
    checkJoinKeys(found, known.registry, entityTree, places.entity, report);
    return stepShape(found.columns, isMany);
  }
  const isForServer = ({ fault }: SelectionError) => fault.kind === "needs-server" && known.hasServer;
  if (isForServer(found)) return undefined;
  const errorsBefore = report.errorCount;
  for (const [index, reference] of selection.references.entries()) {
    const alone = resolve({ ...selection, references: [reference] }, known);
    if (!(alone instanceof SelectionError) || isForServer(alone)) continue;
    const location = places.references[index] ?? places.selection;
    report.addProblem({ ...selectionProblem(alone.fault), location });
  }
  if (report.errorCount > errorsBefore) return undefined;
  return report.addProblem({ ...selectionProblem(found.fault), location: places.selection });
}

function resolve(
  selection: Selection,
  { registry, config }: KnownRegistry,
): ResolvedSelection | SelectionError {
  try {
    return resolveSelection(selection, { registry, config, rules: "steps" });
  } catch (error) {
    if (error instanceof SelectionError) return error;
    throw error;
  }
}
