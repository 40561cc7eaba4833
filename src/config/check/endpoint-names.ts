import type { JsonObject } from "../../expression/value.js";
import type { Formula } from "../../schema/formula.js";
import type { Located } from "../../schema/scalars.js";
import type { Site } from "../../schema/sites.js";
import { isSecretName } from "../../schema/secret.js";
import type { EndpointFile, StepFile } from "../domain-file.js";
import type { Endpoint, Step } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { checkReferences, type EndpointNames } from "./references.js";
import { stepNames } from "./step-names.js";

/** Checks every name that an endpoint uses: in expressions, and of steps. */
export function checkEndpointNames(
  endpoint: Endpoint,
  file: EndpointFile,
  constants: JsonObject | undefined,
  context: ProjectContext,
): void {
  const names = namesOf(endpoint, file, constants);
  for (const { value: step } of file.data_sources) {
    if (step !== undefined) checkStepNames(step, names, context);
  }
  const check = (formula: Formula | undefined, site: Site) => checkReferences(formula, site, names, context);
  check(file.not_found, "guard");
  for (const { when, detail } of file.reject) {
    check(when, "guard");
    check(detail, "guard");
  }
  const seen = [file.response_mapping, file.response_status, ...file.response_headers.values()];
  for (const formula of seen) check(formula, "response");
  refuseSecretSteps(seen, endpoint.steps, context);
  if (file.primary_source !== undefined) checkStepName(file.primary_source, names, context);
}

function namesOf(endpoint: Endpoint, file: EndpointFile, constants: JsonObject | undefined): EndpointNames {
  const known = new Map(endpoint.steps.map((step) => [step.name, shapeOf(step)]));
  const isIncomplete = file.request?.isBroken ?? false;
  return {
    steps: new Map(stepNames(file.data_sources).map((name) => [name, known.get(name)])),
    request: { schemas: endpoint.request, isIncomplete },
    constants,
  };
}

function shapeOf(step: Step): JsonObject | undefined {
  const isChanged =
    step.transform !== undefined || step.forEach !== undefined || step.onError.kind !== "fail";
  return step.kind === "call" && !isChanged ? step.call.shape : undefined;
}

function checkStepNames(step: StepFile, names: EndpointNames, context: ProjectContext): void {
  const isMany = step.for_each !== undefined;
  const site: Site = isMany ? "item" : "step";
  for (const formula of step.params?.values() ?? []) checkReferences(formula, site, names, context);
  checkReferences(step.value, site, names, context);
  checkReferences(step.condition, site, names, context);
  checkReferences(step.for_each, "step", names, context);
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
  if (!known.includes(name)) context.report.add("STEP_UNKNOWN", { name, known }, location);
}

/** A secret may reach a source, but not a response: not by way of a computed step either. */
function refuseSecretSteps(
  seen: readonly (Formula | undefined)[],
  steps: readonly Step[],
  context: ProjectContext,
): void {
  const secretSteps = secretStepsOf(steps);
  for (const { reference, location } of seen.flatMap((formula) => formula?.references ?? [])) {
    const name = secretSteps.get(reference.root);
    if (name !== undefined)
      context.report.add("CONFIG_SECRET_EXPOSED", { name, where: "the response" }, location);
  }
}

/** The computed steps that hold a secret variable, with its name, through however many steps. */
function secretStepsOf(steps: readonly Step[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const step of steps) {
      const name = step.kind === "value" ? secretIn(step.value, found) : undefined;
      if (name !== undefined) found.set(step.name, name);
    }
  }
  return found;
}

function secretIn(formula: Formula, secretSteps: ReadonlyMap<string, string>): string | undefined {
  for (const { reference } of formula.references) {
    const name = String(reference.path[0]?.name);
    if (reference.root === "env" && isSecretName(name)) return name;
    const through = secretSteps.get(reference.root);
    if (through !== undefined) return through;
  }
  return undefined;
}
