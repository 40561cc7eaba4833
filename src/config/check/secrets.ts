import type { Formula } from "../../schema/formula.js";
import type { Tree } from "../../schema/tree.js";
import type { ResponseBody, Step } from "../model.js";
import { callsOf } from "../step-calls.js";
import type { ProjectContext } from "./check-context.js";

/** Where a secret may be, other than in a formula itself. */
export interface SecretPlaces {
  readonly steps: readonly Step[];
  /** Without `response_mapping`, the values of steps are the response. */
  readonly body: ResponseBody;
  /** Constants that hold a secret variable, with its name. */
  readonly constants: ReadonlyMap<string, string>;
}

/** A secret may reach a source, but not a response: not by way of a computed step or a constant either. */
export function refuseSecrets(
  seen: readonly (Formula | undefined)[],
  { steps, body, constants }: SecretPlaces,
  context: ProjectContext,
): void {
  const secretSteps = secretStepsOf(steps, constants);
  const where = "the response";
  for (const { name: step, location } of steps.filter((each) => isBody(each, body))) {
    const name = secretSteps.get(step);
    if (name !== undefined) context.report.add("CONFIG_SECRET_EXPOSED", { name, where }, location);
  }
  for (const placed of seen.flatMap((formula) => formula?.references ?? [])) {
    const name = secretBehind(placed.reference, secretSteps, constants);
    if (name !== undefined) context.report.add("CONFIG_SECRET_EXPOSED", { name, where }, placed.location);
  }
}

/** Nor may a secret be a parameter that can be read in a URL. */
export function refuseSecretsInUrls({ steps, constants }: SecretPlaces, context: ProjectContext): void {
  const secretSteps = secretStepsOf(steps, constants);
  for (const step of steps) {
    const parameters = callsOf(step).flatMap(({ call }) => call.parameters);
    const shown = parameters.filter(({ showsInUrl }) => showsInUrl).map(({ name }) => name);
    for (const parameter of new Set(shown)) {
      const formula = step.kind === "call" ? step.parameters.get(parameter) : undefined;
      const name = formula === undefined ? undefined : secretIn([formula], secretSteps, constants);
      if (name === undefined) continue;
      context.report.add("CONFIG_SECRET_EXPOSED", { name, where: "a URL" }, formula!.location);
    }
  }
}

function isBody({ name }: Step, body: ResponseBody): boolean {
  return body.kind === "all-steps" || (body.kind === "step" && body.step === name);
}

/** The name of the secret variable in a constant's value, if there is one. */
export function secretInTree(tree: Tree): string | undefined {
  if (tree.kind === "scalar") return tree.isSecret ? tree.variables.join(", ") : undefined;
  const parts = tree.kind === "list" ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  return parts.map(secretInTree).find((name) => name !== undefined);
}

/** The steps whose values hold a secret variable, with its name, through however many steps. */
function secretStepsOf(
  steps: readonly Step[],
  constants: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const step of steps) {
      const name = secretOf(step, found, constants);
      if (name !== undefined) found.set(step.name, name);
    }
  }
  return found;
}

/** What a source answers is not known here; what a step computes itself is. */
function secretOf(
  step: Step,
  secretSteps: ReadonlyMap<string, string>,
  constants: ReadonlyMap<string, string>,
): string | undefined {
  const { onError } = step;
  const computed = [
    ...(step.kind === "value" ? [step.value, step.forEach?.list] : []),
    step.transform,
    onError.kind === "value" ? onError.value : undefined,
  ].filter((formula) => formula !== undefined);
  const name = secretIn(computed, secretSteps, constants);
  return name ?? (onError.kind === "step" ? secretSteps.get(onError.step) : undefined);
}

function secretIn(
  formulas: readonly Formula[],
  secretSteps: ReadonlyMap<string, string>,
  constants: ReadonlyMap<string, string>,
): string | undefined {
  const names = formulas.flatMap(({ secrets, references }) => [
    ...secrets,
    ...references.map(({ reference }) => secretBehind(reference, secretSteps, constants)),
  ]);
  return names.find((name) => name !== undefined);
}

function secretBehind(
  { root, path }: Formula["references"][number]["reference"],
  secretSteps: ReadonlyMap<string, string>,
  constants: ReadonlyMap<string, string>,
): string | undefined {
  if (root !== "const") return secretSteps.get(root);
  const [member] = path;
  return member === undefined ? [...constants.values()][0] : constants.get(String(member.name));
}
