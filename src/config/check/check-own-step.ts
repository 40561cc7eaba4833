import type { StepForm } from "../../contracts/source.js";
import type { Formula } from "../../schema/formula.js";
import type { MappingTree } from "../../schema/tree.js";
import type { StepFile } from "../domain-file.js";
import type { ProjectContext } from "./check-context.js";
import { sourceDefinition } from "./check-sources.js";
import { callFingerprint } from "./call-fingerprint.js";
import { policyOf } from "./policy.js";
import { callsOfSource, pickInside, pickSource, type ResolvedCall } from "./resolve-call.js";
import type { KindScope, Scope } from "./scope.js";

export interface OwnCall extends ResolvedCall {
  /** Those of `params` that are expressions. */
  readonly parameters: ReadonlyMap<string, Formula>;
}

/** The call of a step whose own `params` say what is asked of its source, or of one operation inside it. */
export function resolveOwnCall(
  file: StepFile,
  tree: MappingTree,
  form: StepForm<unknown, never>,
  kind: KindScope,
  scope: Scope,
  context: ProjectContext,
): OwnCall | undefined {
  const source = pickSource(file.source_id, kind, file.type.location, context);
  if (source?.configured === undefined) return undefined;
  const { configured } = source;
  const names = { sourceId: file.source_id, operation: file.operation };
  const picked =
    kind.type.operations === undefined
      ? "none"
      : pickInside(names, source, kind, file.type.location, context);
  if (picked === undefined) return undefined;
  const { name, entry } = picked === "none" ? { name: undefined, entry: undefined } : picked;
  if (entry !== undefined && (entry.value === undefined || entry.isBroken)) return undefined;
  const params = tree.entries.get("params")?.value;
  const call = form.prepare({
    ...sourceDefinition(source, scope, context),
    tree,
    stepName: file.name.value,
    params: params?.kind === "mapping" ? params : undefined,
    formulas: file.params ?? new Map(),
    maxAge: file.max_age,
    operation: name === undefined ? undefined : { name, value: entry!.value },
  });
  if (call === undefined) return undefined;
  callsOfSource(configured, context).set(call, call);
  return {
    source: configured,
    operationName: name ?? file.name.value,
    call,
    policy: policyOf(entry?.value, [source.entry.value!, source.defaults]),
    fingerprint: callFingerprint(configured, params ?? tree, [file.max_age, name]),
    parameters: new Map([...(file.params ?? [])].filter(([name]) => !form.fixed.includes(name))),
  };
}
