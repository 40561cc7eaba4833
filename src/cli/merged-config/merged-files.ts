import { fileKinds, type FileKind } from "../../config/file-schemas.js";
import { readProject, type ProjectTrees } from "../../config/reading/read-project.js";
import type { Host } from "../../contracts/host.js";
import type { Report } from "../../problems/report.js";
import type { MappingTree } from "../../schema/tree.js";
import { builtInSources } from "../../service.js";
import { showTree } from "./show-tree.js";
import type { Shown } from "./shown.js";

export interface MergedOptions {
  readonly workingFolder: string;
  readonly configPath?: string | undefined;
  readonly host: Host;
  readonly report: Report;
}

export interface MergedConfig {
  readonly environment: ProjectTrees["environment"];
  /** By the name of the file without folder of its environment and ending: `config`, `domains/orders`. */
  readonly files: ReadonlyMap<string, Shown>;
}

/** Reads a project and lays its environment over it. `undefined` where there is no configuration; all is reported. */
export function readMergedConfig(options: MergedOptions): MergedConfig | undefined {
  const { host } = options;
  const knownFiles = builtInSources.map(({ file }) => file);
  const trees = readProject({ ...options, knownFiles, unsetOk: true });
  if (trees === undefined) return undefined;
  const kinds = fileKinds(builtInSources);
  const show = (name: string, tree: MappingTree, path: string) => {
    const kind = kinds.find((each) => each.path === path)!;
    return [name, showTree(tree, [kind.schema], host.env)] as const;
  };
  const files = [
    show("config", trees.config, "config/config.yaml"),
    ...[...trees.global].map(([name, tree]) => show(name, tree, `config/${name}.yaml`)),
    ...trees.domains.flatMap((domain) => [
      show(`domains/${domain.name}`, domain.main, domainPath(kinds)),
      ...[...domain.own].map(([name, tree]) => {
        return show(`domains/${domain.name}/${name}`, tree, `config/${name}.yaml`);
      }),
    ]),
  ];
  return { environment: trees.environment, files: new Map(files) };
}

function domainPath(kinds: readonly FileKind[]): string {
  return kinds.find(({ name }) => name === "domain")!.path;
}
