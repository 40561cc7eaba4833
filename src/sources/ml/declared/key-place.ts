import type { Location } from "../../../problems/location.js";
import type { Tree } from "../../../schema/tree.js";
import type { MlSettings } from "../settings.js";

/** Where a key of a model stands: at the model, else on its source; where it stands nowhere, the place of the model. */
export function keyPlace(
  model: string,
  key: string,
  { settings, tree }: { readonly settings: MlSettings; readonly tree: Tree },
): Location {
  const own = settings.models?.get(model)?.tree;
  return placeIn(own, key) ?? placeIn(tree, key) ?? (own ?? tree).location;
}

function placeIn(tree: Tree | undefined, key: string): Location | undefined {
  return tree?.kind === "mapping" ? tree.entries.get(key)?.value.location : undefined;
}
