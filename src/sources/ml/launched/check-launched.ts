import { ecrRegion } from "../../../connections/docker/ecr-login.js";
import type { SourceDefinition } from "../../../contracts/source.js";
import type { MappingEntry } from "../../../schema/tree.js";
import type { MlSettings } from "../settings.js";
import { containerKeys } from "./container-keys.js";
import { launchedKeys } from "./launched-keys.js";

const ofProcess = ["cwd"];
const ofContainer = Object.keys(containerKeys);
const ofBoth = Object.keys(launchedKeys).filter((key) => !ofProcess.includes(key));

/** What a source says of a server that this service starts itself. Reports what is missing, and what has no meaning. */
export function checkLaunched({ settings, report, tree }: SourceDefinition<MlSettings>): void {
  const entries = tree.kind === "mapping" ? tree.entries : new Map<string, MappingEntry>();
  const { type, image } = settings;
  const refuse = (keys: readonly string[], where: string) => {
    for (const key of keys) {
      const entry = entries.get(key);
      if (entry !== undefined) report.add("MODEL_KEY_MISPLACED", { key, where }, entry.keyLocation);
    }
  };
  const need = (key: string) => {
    if (!entries.has(key)) report.add("CONFIG_KEY_MISSING", { key }, tree.location);
  };
  if (settings.ready.tcp && settings.ready.path !== undefined) {
    const reason = "`path` and `tcp` cannot stand beside each other.";
    report.add("CONFIG_VALUE_INVALID", { reason }, entries.get("ready")!.value.location);
  }
  if (type === "process") {
    need("command");
    return refuse(ofContainer, "`type: docker` and `type: ecr`");
  }
  if (type === "docker" || type === "ecr") {
    need("image");
    refuse(ofProcess, "`type: process`");
    const place = entries.get("image")?.value.location;
    if (type === "ecr" && image !== undefined && ecrRegion(image) === undefined) {
      const reason = "This is no image of ECR.";
      const hint = "Write `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `type: docker`.";
      report.add("CONFIG_VALUE_INVALID", { reason }, place, { hint });
    }
    return;
  }
  refuse(ofProcess, "`type: process`");
  refuse(ofBoth, "`type: process`, `docker` and `ecr`");
  refuse(ofContainer, "`type: docker` and `type: ecr`");
}
