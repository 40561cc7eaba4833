import type { Tree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import type { StepFile } from "../domain-file.js";

/** The names of all steps as written, those included that are wrong. */
export function stepNames(files: readonly Written<StepFile>[]): readonly string[] {
  return files
    .map(({ value, tree }) => value?.name.value ?? nameIn(tree))
    .filter((name) => name !== undefined);
}

function nameIn(tree: Tree): string | undefined {
  const name = tree.kind === "mapping" ? tree.entries.get("name")?.value : undefined;
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : undefined;
}
