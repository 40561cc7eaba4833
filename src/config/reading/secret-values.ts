import type { Host } from "../../contracts/host.js";
import { isSecretName } from "../../schema/secret.js";
import type { Tree } from "../../schema/tree.js";
import type { ProjectTrees } from "./read-project.js";

/** Adds the values of all secret variables and files that a project uses. */
export function addSecrets(trees: ProjectTrees, secrets: Set<string>, host: Host): void {
  const domains = trees.domains.flatMap(({ main, own }) => [main, ...own.values()]);
  const visit = (tree: Tree): void => {
    if (tree.kind === "list") for (const item of tree.items) visit(item);
    else if (tree.kind === "mapping") for (const { value } of tree.entries.values()) visit(value);
    else if (tree.isSecret) {
      secrets.add(String(tree.value));
      for (const name of tree.variables.filter(isSecretName)) secrets.add(host.env(name) ?? "");
    }
  };
  for (const tree of [trees.config, ...trees.global.values(), ...domains]) visit(tree);
}
