import type { MappingTree, Tree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import { endpointFile, type StepFile } from "../domain-file.js";

/** The names of all steps as written, those included that are wrong. */
export function stepNames(files: readonly Written<StepFile>[]): readonly string[] {
  return files
    .map(({ value, tree }) => value?.name.value ?? nameIn(tree))
    .filter((name) => name !== undefined);
}

/** Whether a name that no step has may be meant for one: for a step whose name could not be read, or is another's. */
export function losesSteps(files: readonly Written<StepFile>[], endpoint: MappingTree): boolean {
  const steps = endpoint.entries.get("data_sources")?.value;
  if (steps === undefined) return endpointFile.isWritten(endpoint, "data_sources");
  if (steps.kind !== "list" || files.some(({ value, tree }) => value === undefined && !nameIn(tree)))
    return true;
  const names = stepNames(files);
  return new Set(names).size < names.length;
}

function nameIn(tree: Tree): string | undefined {
  const name = tree.kind === "mapping" ? tree.entries.get("name")?.value : undefined;
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : undefined;
}
