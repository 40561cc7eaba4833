import type { StepForm } from "../../contracts/source.js";
import type { Formula } from "../../schema/formula.js";
import type { MappingTree } from "../../schema/tree.js";
import type { StepFile } from "../domain-file.js";
import type { ProjectContext } from "./check-context.js";
import { sourceDefinition } from "./check-sources.js";
import { callFingerprint } from "./call-fingerprint.js";
import { policyOf } from "./policy.js";
import { pickSource, type ResolvedCall } from "./resolve-call.js";
import type { KindScope, Scope } from "./scope.js";

export interface OwnCall extends ResolvedCall {
  /** Those of `params` that are expressions. */
  readonly parameters: ReadonlyMap<string, Formula>;
}

/** The call of a step whose kind has no operations: its own `params` say what is asked. */
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
  const params = tree.entries.get("params")?.value;
  const call = form.prepare({
    ...sourceDefinition(source, scope, context),
    tree,
    stepName: file.name.value,
    params: params?.kind === "mapping" ? params : undefined,
    maxAge: file.max_age,
  });
  if (call === undefined) return undefined;
  return {
    source: source.configured,
    operationName: file.name.value,
    call,
    policy: policyOf(undefined, [source.entry.value!, source.defaults]),
    fingerprint: callFingerprint(source.configured, params ?? tree, file.max_age),
    parameters: new Map([...(file.params ?? [])].filter(([name]) => !form.fixed.includes(name))),
  };
}
