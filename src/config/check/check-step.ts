import type { Location } from "../../problems/location.js";
import { nearest } from "../../problems/nearest.js";
import type { Located } from "../../schema/scalars.js";
import { roots } from "../../schema/sites.js";
import type { MappingTree } from "../../schema/tree.js";
import { stepFile, type StepFile } from "../domain-file.js";
import type { CallStep, ForEach, OnError, Step, StepCall, ValueStep } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { resolveOwnCall } from "./check-own-step.js";
import { stepPolicy } from "./policy.js";
import { checkEnsemble } from "./check-ensemble.js";
import { checkTraffic, type ArmNames } from "./check-traffic.js";
import { resolveCall, type CallNames } from "./resolve-call.js";
import type { KindScope, Scope } from "./scope.js";

type StepCommon = Omit<ValueStep, "kind" | "effect" | "value">;

/** A step and what is written of it. */
export interface CheckedStep {
  readonly step: Step;
  readonly file: StepFile;
  readonly tree: MappingTree;
}

/** One entry of `data_sources`, with its names looked up. Reports what is wrong and answers `undefined` then. */
export function checkStep(
  file: StepFile,
  tree: MappingTree,
  scope: Scope,
  context: ProjectContext,
): Step | undefined {
  const { value: name, location } = file.name;
  if (Object.hasOwn(roots, name)) context.report.add("STEP_NAME_RESERVED", { name }, location);
  const common: StepCommon = {
    name,
    location,
    dependsOn: file.depends_on.map(({ value }) => value),
    condition: file.condition,
    forEach: checkForEach(file, tree, context),
    transform: file.transform,
    onError: checkOnError(file, tree, context),
    runsAlways: file.run === "always",
    acceptsFallback: file.accepts_fallback.map(({ value }) => value),
    phase: file.after ?? "main",
  };
  return file.type.value === "value"
    ? checkValueStep(file, tree, common, context)
    : checkCallStep(file, tree, common, scope, context);
}

const keepingKeys = ["cache", "dedupe"];
const callKeys = [
  ...["source_id", "operation", "params", "timeout", "retry", "effect", "max_age", "traffic", "ensemble"],
  ...keepingKeys,
];

function checkValueStep(
  file: StepFile,
  tree: MappingTree,
  common: StepCommon,
  context: ProjectContext,
): ValueStep | undefined {
  refuseKeys(callKeys, tree, "a step of type `value` calls nothing", context);
  if (file.value !== undefined) return { ...common, kind: "value", effect: "read", value: file.value };
  if (stepFile.isWritten(tree, "value")) return undefined;
  return context.report.add("CONFIG_KEY_MISSING", { key: "value" }, tree.location);
}

function checkCallStep(
  file: StepFile,
  tree: MappingTree,
  common: StepCommon,
  scope: Scope,
  context: ProjectContext,
): CallStep | undefined {
  const kind = scope.get(file.type.value);
  if (kind === undefined) return refuseKind(file.type, scope, context);
  refuseKeys(["value"], tree, "only a step of type `value` has it", context);
  if (kind.type.step !== undefined) return checkOwnStep(file, tree, common, kind, scope, context);
  refuseKeys(["max_age"], tree, "only a step that asks for features has it", context);
  if (file.source_id === undefined && stepFile.isWritten(tree, "source_id")) return undefined;
  refuseKeys(["ensemble"], tree, "only a step that asks models has it", context);
  const traffic = stepFile.isWritten(tree, "traffic")
    ? checkTraffic(file, tree, (names) => armCall(names, file, kind, context), context)
    : undefined;
  const operation = file.operation ?? file.traffic?.arms[0]?.value?.operation;
  if (operation === undefined) {
    if (stepFile.isWritten(tree, "operation") || stepFile.isWritten(tree, "traffic")) return undefined;
    return context.report.add("CONFIG_KEY_MISSING", { key: "operation" }, tree.location);
  }
  const resolved = traffic?.arms[0] ?? stepCall({ sourceId: file.source_id, operation }, file, kind, context);
  if (resolved === undefined) return undefined;
  const step: CallStep = {
    ...common,
    ...callOf(resolved),
    kind: "call",
    effect: file.effect ?? resolved.call.effect,
    parameters: file.params ?? new Map(),
    timeoutMs: file.timeout,
    traffic,
  };
  if (step.effect === "write") refuseKeys(keepingKeys, tree, "the step writes", context);
  if (file.params !== undefined || !stepFile.isWritten(tree, "params")) {
    checkParameters(step, tree, operation.location, context);
  }
  return step;
}

function callOf({ source, operationName, call, policy, fingerprint }: StepCall): StepCall {
  return { source, operationName, call, policy, fingerprint };
}

function armCall(
  { sourceId, operation, location }: ArmNames,
  file: StepFile,
  kind: KindScope,
  context: ProjectContext,
): StepCall | undefined {
  if (operation !== undefined) return stepCall({ sourceId, operation }, file, kind, context);
  return context.report.add("CONFIG_KEY_MISSING", { key: "operation" }, location);
}

function stepCall(
  names: CallNames,
  file: StepFile,
  kind: KindScope,
  context: ProjectContext,
): StepCall | undefined {
  const resolved = resolveCall(names, kind, context);
  return resolved && { ...resolved, policy: stepPolicy(resolved.policy, file) };
}

/** A step whose kind has a form of its own for what it asks. */
function checkOwnStep(
  file: StepFile,
  tree: MappingTree,
  common: StepCommon,
  kind: KindScope,
  scope: Scope,
  context: ProjectContext,
): CallStep | undefined {
  const reason = `a step of type \`${kind.type.kind}\` says in \`params\` what it asks for`;
  if (kind.type.combine === undefined) {
    refuseKeys(["ensemble"], tree, "only a step that asks models has it", context);
  }
  if (kind.type.operations === undefined) refuseKeys(["operation", "traffic"], tree, reason, context);
  else {
    refuseKeys(["max_age"], tree, "only a step that asks for features has it", context);
    if (file.operation === undefined && stepFile.isWritten(tree, "operation")) return undefined;
  }
  if (file.source_id === undefined && stepFile.isWritten(tree, "source_id")) return undefined;
  let isBroken = false;
  const resolve = ({ sourceId, operation }: Omit<ArmNames, "location">) => {
    // What is wrong in `params` is said once, not for each arm.
    if (isBroken) return undefined;
    const names = { ...file, source_id: sourceId, operation };
    const resolved = resolveOwnCall(names, tree, kind.type.step as never, kind, scope, context);
    isBroken = resolved === undefined;
    return resolved && { ...resolved, policy: stepPolicy(resolved.policy, file) };
  };
  if (stepFile.isWritten(tree, "ensemble")) {
    const ensemble = checkEnsemble(file, tree, resolve, context);
    if (ensemble === undefined) return undefined;
    const { first } = ensemble;
    const own = { parameters: first.parameters, effect: first.call.effect, timeoutMs: file.timeout };
    return { ...common, ...callOf(first), ...own, kind: "call", ensemble };
  }
  if (!stepFile.isWritten(tree, "traffic")) {
    const resolved = resolve({ sourceId: file.source_id, operation: file.operation });
    if (resolved === undefined) return undefined;
    const effect = file.effect ?? resolved.call.effect;
    return { ...common, ...resolved, kind: "call", effect, timeoutMs: file.timeout };
  }
  const traffic = checkTraffic(file, tree, resolve, context);
  if (traffic === undefined) return undefined;
  const { first } = traffic;
  const effect = file.effect ?? first.call.effect;
  const { parameters } = first;
  return { ...common, ...callOf(first), parameters, kind: "call", effect, timeoutMs: file.timeout, traffic };
}

function refuseKind(type: Located<string>, scope: Scope, context: ProjectContext): undefined {
  const known = ["value", ...scope.keys()];
  return context.report.add("SOURCE_KIND_UNKNOWN", { kind: type.value, known }, type.location);
}

function checkParameters(
  step: CallStep,
  tree: MappingTree,
  location: Location,
  context: ProjectContext,
): void {
  const params = tree.entries.get("params")?.value;
  const known = step.call.parameters.map(({ name }) => name);
  const operation = step.operationName;
  const written = params?.kind === "mapping" ? params.entries : new Map<string, never>();
  const misspelt = new Set<string | undefined>();
  for (const [name, entry] of written) {
    if (known.includes(name)) continue;
    context.report.add("STEP_PARAMETER_UNKNOWN", { name, operation, known }, entry.keyLocation);
    misspelt.add(nearest(name, known));
  }
  for (const { name, isRequired } of step.call.parameters) {
    if (isRequired && !written.has(name) && !step.parameters.has(name) && !misspelt.has(name)) {
      context.report.add("STEP_PARAMETER_MISSING", { name, operation }, location);
    }
  }
}

function checkForEach(file: StepFile, tree: MappingTree, context: ProjectContext): ForEach | undefined {
  if (file.for_each === undefined) {
    if (!stepFile.isWritten(tree, "for_each"))
      refuseKeys(["max_concurrency", "max_items"], tree, "the step has no `for_each`", context);
    return undefined;
  }
  return {
    list: file.for_each,
    maxConcurrency: file.max_concurrency ?? 16,
    maxItems: file.max_items ?? 1_000,
  };
}

function checkOnError(file: StepFile, tree: MappingTree, context: ProjectContext): OnError {
  const { on_error: written } = file;
  const place = tree.entries.get("on_error")?.value;
  if (written === "fail" || place?.kind !== "mapping") return { kind: "fail" };
  if (written.value !== undefined && written.step !== undefined) {
    context.report.add("CONFIG_KEYS_EXCLUSIVE", { keys: ["value", "step"] }, place.location);
  }
  if (written.step !== undefined) {
    if (file.for_each !== undefined) {
      const reason = "with `for_each`, each item needs a `value` of its own";
      context.report.add("STEP_FALLBACK_INVALID", { reason }, written.step.location);
    }
    return { kind: "step", step: written.step.value };
  }
  if (written.value !== undefined) return { kind: "value", value: written.value };
  if (place.entries.size === 0)
    context.report.add("CONFIG_KEY_MISSING", { key: "value", example: "null" }, place.location);
  return { kind: "fail" };
}

function refuseKeys(
  keys: readonly string[],
  tree: MappingTree,
  reason: string,
  context: ProjectContext,
): void {
  for (const key of keys) {
    const entry = tree.entries.get(key);
    if (entry !== undefined) context.report.add("STEP_KEY_MISPLACED", { key, reason }, entry.keyLocation);
  }
}
