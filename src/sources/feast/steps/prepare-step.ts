import type { StepDefinition } from "../../../contracts/source.js";
import { SelectionError } from "../features/selection.js";
import { resolveSelection } from "../features/resolve-selection.js";
import { selectionProblem } from "../features/selection-problem.js";
import { checkedRepository, type CheckedRepository } from "../repository/checked-repository.js";
import type { FeastSettings } from "../settings.js";
import type { FeastCall } from "./feast-call.js";
import { checkJoinKeys } from "./check-join-keys.js";
import { readParams, type FeatureParams } from "./feature-params.js";
import { stepShape } from "./step-shape.js";

type Definition = StepDefinition<FeastSettings>;

/** Settles what a step asks for, as far as the registry is known. Reports what does not exist. */
export function prepareStep(definition: Definition): FeastCall | undefined {
  const errorsBefore = definition.report.errorCount;
  const params = readParams(definition);
  const { settings } = definition;
  const repository = checkedRepository(definition);
  if (params === undefined) return undefined;
  const known = repository?.registry === undefined ? undefined : checkAgainst(params, repository, definition);
  if (definition.report.errorCount > errorsBefore) return undefined;
  return {
    effect: "read",
    parameters: [{ name: params.isMany ? "entities" : "entity", isRequired: true }],
    selection: params.selection,
    isMany: params.isMany,
    needsServer: settings.repo_path === undefined || known?.needsServer === true,
    maxAge: definition.maxAge,
    shape: known?.shape,
    mayFallBack: settings.database_fallback !== undefined,
  };
}

interface Known {
  readonly needsServer: boolean;
  readonly shape: FeastCall["shape"];
}

function checkAgainst(
  { selection, places, isMany, entityTree }: FeatureParams,
  { registry, config }: CheckedRepository,
  definition: Definition,
): Known | undefined {
  try {
    const context = { registry: registry!, config: config.registry, rules: "steps" } as const;
    const resolved = resolveSelection(selection, context);
    checkJoinKeys(resolved, registry!, entityTree, places.entity, definition.report);
    return { needsServer: false, shape: stepShape(resolved.columns, isMany) };
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    const { fault, reference } = error;
    if (fault.kind === "needs-server" && definition.settings.url !== undefined) {
      return { needsServer: true, shape: undefined };
    }
    const location = places.references[reference ?? -1] ?? places.selection;
    return definition.report.addProblem({ ...selectionProblem(fault), location });
  }
}
