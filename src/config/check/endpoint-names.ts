import type { JsonObject } from "../../expression/value.js";
import type { Formula } from "../../schema/formula.js";
import type { Located } from "../../schema/scalars.js";
import type { Site } from "../../schema/sites.js";
import type { MappingTree } from "../../schema/tree.js";
import { stepFile, type EndpointFile, type StepFile } from "../domain-file.js";
import type { Endpoint, Step } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { checkReferences, type EndpointNames } from "./references.js";
import { refuseSecrets, refuseSecretsInUrls } from "./secrets.js";
import { losesSteps, stepNames } from "./step-names.js";

/** What an endpoint's names need beside the endpoint itself. */
export interface NamesAround {
  /** `undefined` where the constants could not be read. */
  readonly constants: JsonObject | undefined;
  /** Constants that hold a secret variable, with its name. */
  readonly secretConstants: ReadonlyMap<string, string>;
  readonly isRequestIncomplete: boolean;
}

/** Checks every name that an endpoint uses: in expressions, and of steps. */
export function checkEndpointNames(
  endpoint: Endpoint,
  file: EndpointFile,
  tree: MappingTree,
  around: NamesAround,
  context: ProjectContext,
): void {
  const names = namesOf(endpoint, file, tree, around);
  for (const { value: step, tree: stepTree } of file.data_sources) {
    if (step !== undefined && stepTree.kind === "mapping") checkStepNames(step, stepTree, names, context);
  }
  const check = (formula: Formula | undefined, site: Site) => checkReferences(formula, site, names, context);
  const limited = file.rate_limit === false ? undefined : file.rate_limit?.by;
  if (typeof limited === "object") check(limited, "limit");
  check(file.not_found, "guard");
  for (const { when, detail } of file.reject) {
    check(when, "guard");
    check(detail, "guard");
  }
  const answers = [file.response_mapping, file.response_status, ...file.response_headers.values()];
  for (const formula of answers) check(formula, "response");
  check(file.cache?.key, "cache_key");
  const seen = [...answers, ...file.reject.map(({ detail }) => detail)];
  const { steps, response } = endpoint;
  const places = { steps, body: response.body, constants: around.secretConstants };
  refuseSecrets(seen, places, context);
  refuseSecretsInUrls(places, context);
  if (file.primary_source !== undefined) checkStepName(file.primary_source, names, context);
}

function namesOf(
  endpoint: Endpoint,
  file: EndpointFile,
  tree: MappingTree,
  { constants, isRequestIncomplete }: NamesAround,
): EndpointNames {
  const known = new Map(endpoint.steps.map((step) => [step.name, shapeOf(step)]));
  return {
    steps: new Map(stepNames(file.data_sources).map((name) => [name, known.get(name)])),
    areStepsIncomplete: losesSteps(file.data_sources, tree),
    request: { schemas: endpoint.request, isIncomplete: isRequestIncomplete },
    constants,
    hasAuth: endpoint.access !== undefined,
    hasPages: tree.entries.has("paging"),
  };
}

function shapeOf(step: Step): JsonObject | undefined {
  const isChanged =
    step.transform !== undefined || step.forEach !== undefined || step.onError.kind !== "fail";
  return step.kind === "call" && !isChanged && step.ensemble === undefined ? step.call.shape : undefined;
}

function checkStepNames(
  step: StepFile,
  tree: MappingTree,
  names: EndpointNames,
  context: ProjectContext,
): void {
  const isMany = stepFile.isWritten(tree, "for_each");
  const site: Site = isMany ? "item" : "step";
  for (const formula of step.params?.values() ?? []) checkReferences(formula, site, names, context);
  checkReferences(step.value, site, names, context);
  checkReferences(step.condition, site, names, context);
  checkReferences(step.for_each, "step", names, context);
  checkReferences(step.traffic?.sticky_by, "traffic", names, context);
  checkReferences(step.transform, isMany ? "item_transform" : "transform", names, context);
  if (step.on_error !== "fail") {
    checkReferences(step.on_error.value, site, names, context);
    if (step.on_error.step !== undefined) checkStepName(step.on_error.step, names, context);
  }
  for (const name of [...step.depends_on, ...step.accepts_fallback]) checkStepName(name, names, context);
}

function checkStepName(
  { value: name, location }: Located<string>,
  names: EndpointNames,
  context: ProjectContext,
): void {
  const known = [...names.steps.keys()];
  if (!known.includes(name) && !names.areStepsIncomplete)
    context.report.add("STEP_UNKNOWN", { name, known }, location);
}
