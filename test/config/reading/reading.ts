import {
  readProject,
  type ProjectTrees,
  type ReadOptions,
} from "../../../src/config/reading/read-project.js";
import type { Problem } from "../../../src/problems/problem.js";
import { Report } from "../../../src/problems/report.js";
import type { Tree } from "../../../src/schema/tree.js";
import { memoryHost, projectFolder, type MemoryFile } from "./memory-host.js";

/** A tree as plain values; a value that is not known as `"<unset>"`. */
export function plain(tree: Tree | undefined): unknown {
  if (tree === undefined) return undefined;
  if (tree.kind === "scalar") return tree.isUnset ? "<unset>" : tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, plain(value)]));
}

/** Problems as `line:column CODE`, or `file:line:column CODE` for those of other files than config.yaml. */
export function placed(report: Report): string[] {
  return report.sorted().map(({ code, location }) => {
    if (location === undefined) return code;
    const file = location.file === "config/config.yaml" ? "" : `${location.file}:`;
    return `${file}${location.line}:${location.column} ${code}`;
  });
}

export interface ReadInMemory {
  readonly project: ProjectTrees | undefined;
  readonly problems: readonly Problem[];
  readonly lines: readonly string[];
}

/** Reads a project of files in memory. */
export function readInMemory(
  files: Readonly<Record<string, MemoryFile>>,
  environment: Readonly<Record<string, string>> = {},
  options: Partial<ReadOptions> = {},
): ReadInMemory {
  const report = new Report();
  const project = readProject({
    workingFolder: projectFolder,
    host: memoryHost(files, environment),
    knownFiles: [
      "database",
      "integrations/api_sources",
      "integrations/feast_config",
      "integrations/ml_config",
    ],
    report,
    ...options,
  });
  return { project, problems: report.sorted(), lines: placed(report) };
}
