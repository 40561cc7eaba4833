import type { StepDefinition } from "../../../contracts/source.js";
import type { Location } from "../../../problems/location.js";
import type { MappingTree, Tree } from "../../../schema/tree.js";
import type { Selection } from "../features/selection.js";
import { serviceSelection } from "../repository/configured-services.js";
import type { FeastSettings } from "../settings.js";

/** The keys of `params` that are plain values. */
export const fixedParams = ["feature_service", "features", "full_feature_names"] as const;
const allParams = ["entity", "entities", ...fixedParams];

/** What the `params` of a step say. */
export interface FeatureParams {
  readonly selection: Selection;
  readonly isMany: boolean;
  /** `entity`, where it is written as a mapping, so that its keys are known. */
  readonly entityTree: MappingTree | undefined;
  readonly places: {
    readonly selection: Location;
    readonly references: readonly Location[];
    readonly entity: Location;
  };
}

type Definition = StepDefinition<FeastSettings>;

/** Reads the `params` of a step. Reports every problem in them and answers `undefined` when there was one. */
export function readParams({ params, tree, report, settings }: Definition): FeatureParams | undefined {
  const before = report.errorCount;
  const at = (name: string) => params?.entries.get(name)?.value;
  for (const [name, { keyLocation }] of params?.entries ?? []) {
    if (!allParams.includes(name))
      report.add("FEATURE_PARAM_UNKNOWN", { name, known: allParams }, keyLocation);
  }
  const place = params?.location ?? tree.location;
  const entity = onlyOne("entity", "entities", params);
  if (entity.found !== undefined) report.add("FEATURE_ENTITY_UNSPECIFIED", { found: entity.found }, place);
  const wanted = onlyOne("feature_service", "features", params);
  if (wanted.found !== undefined) report.add("FEATURES_UNSPECIFIED", { found: wanted.found }, place);
  const service = plainText(at("feature_service"));
  const references = plainList(at("features"));
  const fullNames = plainBoolean(at("full_feature_names"));
  const refuse = (name: string, expected: string) =>
    report.add("FEATURE_PARAM_INVALID", { name, expected }, at(name)?.location);
  if (service === null) refuse("feature_service", "the name of a feature service, not an expression");
  if (references === null) refuse("features", "a list of references such as `view:feature`, not expressions");
  if (fullNames === null) refuse("full_feature_names", "true or false");
  if (report.errorCount > before) return undefined;
  const full = fullNames ?? false;
  const written: Selection = {
    service: service?.value,
    references: (references ?? []).map((each) => each.value),
    fullNames: full,
  };
  const entityTree = at("entity");
  return {
    selection: (service && serviceSelection(service.value, settings, full)) ?? written,
    isMany: entity.name === "entities",
    entityTree: entityTree?.kind === "mapping" ? entityTree : undefined,
    places: {
      selection: (at("feature_service") ?? at("features"))!.location,
      references: (references ?? []).map((each) => each.location),
      entity: at(entity.name!)!.location,
    },
  };
}

function onlyOne(first: string, second: string, params: MappingTree | undefined) {
  const has = (name: string) => params?.entries.has(name) === true;
  if (has(first) && has(second)) return { name: first, found: "both" };
  if (has(first)) return { name: first };
  return has(second) ? { name: second } : { found: "none" };
}

interface Placed {
  readonly value: string;
  readonly location: Location;
}

/** `undefined` where it is not written, `null` where it is no plain text. */
function plainText(tree: Tree | undefined): Placed | null | undefined {
  if (tree === undefined) return undefined;
  if (tree.kind !== "scalar" || typeof tree.value !== "string" || tree.value === "") return null;
  return /^\$[a-z]|\{\{/i.test(tree.value) ? null : { value: tree.value, location: tree.location };
}

function plainList(tree: Tree | undefined): readonly Placed[] | null | undefined {
  if (tree === undefined) return undefined;
  if (tree.kind !== "list" || tree.items.length === 0) return null;
  const items = tree.items.map(plainText);
  return items.some((item) => item == null) ? null : (items as Placed[]);
}

function plainBoolean(tree: Tree | undefined): boolean | null | undefined {
  if (tree === undefined) return undefined;
  return tree.kind === "scalar" && typeof tree.value === "boolean" ? tree.value : null;
}
