import { Document, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { MergedConfig } from "./merged-files.js";
import type { Origin, Shown, UsedVariable } from "./shown.js";

/** The merged configuration as YAML; behind each value a comment says where it came from. */
export function formatMerged({ environment, files }: MergedConfig): string {
  const document = new Document(new YAMLMap());
  document.commentBefore = ` Environment "${environment.name}": ${environment.reason}.`;
  for (const [name, shown] of files) document.set(name, nodeOf(shown));
  return document.toString({ lineWidth: 0 }).trimEnd();
}

function nodeOf(shown: Shown): YAMLMap | YAMLSeq | Scalar {
  if (shown.kind === "scalar") {
    const scalar = new Scalar(shown.value);
    scalar.comment = ` ${describeOrigin(shown.origin)}`;
    return scalar;
  }
  if (shown.kind === "list") {
    const list = new YAMLSeq();
    list.items = shown.items.map(nodeOf);
    return list;
  }
  const mapping = new YAMLMap();
  for (const [key, value] of shown.entries) mapping.set(key, nodeOf(value));
  return mapping;
}

/** `config/config.yaml:9, from PORT`, or `default`. */
export function describeOrigin(origin: Origin): string {
  if (origin.kind === "default") return "default";
  const { file, line } = origin.location;
  return [`${file}:${line}`, ...origin.variables.map(describeVariable)].join(", ");
}

function describeVariable({ name, isSet }: UsedVariable): string {
  return isSet ? `from ${name}` : `${name} is not set`;
}
