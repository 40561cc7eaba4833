import type { Definition, SourceDefinition } from "../../contracts/source.js";
import type { MlModelSettings, MlSettings } from "./settings.js";
import { launchedKeys } from "./launched/launched-keys.js";
import type { MlCall } from "./steps/ml-call.js";

/** Checks a source as a whole: it must say where its models are. */
export function checkSource({ settings, report, tree }: SourceDefinition<MlSettings>): void {
  const entries = tree.kind === "mapping" ? tree.entries : new Map<string, never>();
  if (settings.type === "process") {
    if (!entries.has("command")) report.add("CONFIG_KEY_MISSING", { key: "command" }, tree.location);
    return;
  }
  for (const key of Object.keys(launchedKeys)) {
    const entry = entries.get(key);
    if (entry !== undefined)
      report.add("MODEL_KEY_MISPLACED", { key, where: "`type: process`" }, entry.keyLocation);
  }
  if (settings.base_url === undefined && !entries.has("type")) {
    report.add("MODEL_PLACE_MISSING", {}, tree.location);
  }
}

/** Checks a model as far as that needs no step. There is no call of one without a step. */
export function checkModel(_: Definition<MlSettings, MlModelSettings>): MlCall | undefined {
  return undefined;
}
