import type { MappingTree, Tree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import { endpointFile, type StepFile } from "../domain-file.js";

/** The names of all steps as written, those included that are wrong. */
export function stepNames(files: readonly Written<StepFile>[]): readonly string[] {
  return files
    .map(({ value, tree }) => value?.name.value ?? nameIn(tree))
    .filter((name) => name !== undefined);
}

/** Whether an endpoint may have steps whose names could not be read. */
export function losesSteps(files: readonly Written<StepFile>[], endpoint: MappingTree): boolean {
  const steps = endpoint.entries.get("data_sources")?.value;
  if (steps === undefined) return endpointFile.isWritten(endpoint, "data_sources");
  return steps.kind !== "list" || files.some(({ value, tree }) => value === undefined && !nameIn(tree));
}

function nameIn(tree: Tree): string | undefined {
  const name = tree.kind === "mapping" ? tree.entries.get("name")?.value : undefined;
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : undefined;
}
