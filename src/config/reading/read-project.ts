import { join, relative, resolve, sep } from "node:path";
import type { Host } from "../../contracts/host.js";
import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import type { MappingTree } from "../../schema/tree.js";
import { discoverLayer, layerNames, type DomainFiles, type LayerFiles } from "./discover.js";
import { FileReader } from "./file-reader.js";
import { visibleEntries } from "./folder.js";
import { locateConfig, type ConfigLocation, type Environment } from "./locate-config.js";
import { overlay } from "./overlay.js";
import { Variables } from "./variables.js";
import { emptyMapping } from "./yaml-tree.js";

export interface ReadOptions {
  /** The path given on the command line or to the library; else the environment or `./config` decides. */
  readonly configPath?: string | undefined;
  /** Where relative paths start. */
  readonly workingFolder: string;
  readonly host: Host;
  /** Files beside config.yaml, without ending: `database`, `integrations/api_sources`. */
  readonly knownFiles: readonly string[];
  readonly report: Report;
  /** A variable without a value is a warning only. */
  readonly unsetOk?: boolean | undefined;
}

/** A project as it is written: environments laid over each other, variables replaced, nothing checked. */
export interface ProjectTrees {
  readonly configFolder: string;
  readonly projectFolder: string;
  readonly environment: Environment;
  /** config.yaml; an empty mapping where there is none. */
  readonly config: MappingTree;
  /** The other global files that exist, by their known name. */
  readonly global: ReadonlyMap<string, MappingTree>;
  /** In the order of their names. */
  readonly domains: readonly DomainTrees[];
  /** Files that could not be understood: names defined in them are not to be reported missing elsewhere. */
  readonly brokenFiles: readonly string[];
  /** The absolute paths of all files read. */
  readonly files: readonly string[];
}

export interface DomainTrees {
  readonly name: string;
  /** Its main file, as in places; of the first layer that has one. */
  readonly file: string;
  readonly main: MappingTree;
  /** The files that only this domain sees, by their known name. */
  readonly own: ReadonlyMap<string, MappingTree>;
}

/**
 * Reads all files of a project. Places name files relative to the project, with slashes. Every problem is reported;
 * `undefined` only where there is no configuration folder.
 */
export function readProject(options: ReadOptions): ProjectTrees | undefined {
  const location = locateConfig({ ...options, layerNames: layerNames(options.knownFiles) });
  return location === undefined ? undefined : new ProjectReader(location, options).read();
}

class ProjectReader {
  private readonly location: ConfigLocation;
  private readonly options: ReadOptions;
  private readonly reader: FileReader;
  private readonly variables: Variables;

  constructor(location: ConfigLocation, options: ReadOptions) {
    const { host, report, unsetOk } = options;
    this.location = location;
    this.options = options;
    this.reader = new FileReader({ files: host.files, report, placeOf: this.placeOf });
    const resolvePath = (path: string): string => resolve(location.projectFolder, path);
    this.variables = new Variables({ host, report, resolvePath, unsetOk });
  }

  read(): ProjectTrees {
    const { configFolder, projectFolder, layers: folders, environment } = this.location;
    this.refuseFilesBesideLayers();
    const { report, host, knownFiles } = this.options;
    const discover = { files: host.files, report, placeOf: this.placeOf, knownFiles };
    const layers = folders.map((folder) => discoverLayer(folder, discover));
    const config = this.readMerged(layers.map((layer) => layer.config)) ?? this.withoutConfig();
    const global = this.readKnown(layers.map((layer) => layer.global));
    const domains = this.readDomains(layers);
    const { broken: brokenFiles, read: files } = this.reader;
    return { configFolder, projectFolder, environment, config, global, domains, brokenFiles, files };
  }

  private readonly placeOf = (path: string): Location => {
    const file = relative(this.location.projectFolder, path).split(sep).join("/");
    return { file, line: 1, column: 1 };
  };

  /** Beside the folders of environments there is nothing to be read. */
  private refuseFilesBesideLayers(): void {
    const { configFolder, layers } = this.location;
    if (layers[0] === configFolder) return;
    const names = layerNames(this.options.knownFiles);
    const { host, report } = this.options;
    for (const { name, kind } of visibleEntries(configFolder, {
      files: host.files,
      report,
      placeOf: this.placeOf,
    })) {
      if (kind === "folder" && !names.includes(name)) continue;
      const location = this.placeOf(join(configFolder, name));
      report.add("ENVIRONMENT_LAYOUT_MIXED", { path: location.file }, location);
    }
  }

  private withoutConfig(): MappingTree {
    return emptyMapping(this.placeOf(join(this.location.configFolder, "config.yaml")).file);
  }

  /** One file in all layers, laid over each other, its variables replaced; `undefined` where no layer has it. */
  private readMerged(paths: readonly (string | undefined)[]): MappingTree | undefined {
    const written = paths.filter((path) => path !== undefined);
    if (written.length === 0) return undefined;
    const trees = written.map((path) => this.reader.readTree(path) ?? emptyMapping(this.placeOf(path).file));
    return this.variables.replaceIn(trees.reduce(overlay));
  }

  private readKnown(layers: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, MappingTree> {
    const found = new Map<string, MappingTree>();
    for (const name of this.options.knownFiles) {
      const tree = this.readMerged(layers.map((layer) => layer.get(name)));
      if (tree !== undefined) found.set(name, tree);
    }
    return found;
  }

  private readDomains(layers: readonly LayerFiles[]): DomainTrees[] {
    const names = new Set(layers.flatMap(({ domains }) => [...domains.keys()]));
    return [...names].sort().flatMap((name) => {
      const parts = layers.map(({ domains }) => domains.get(name)).filter((part) => part !== undefined);
      return this.readDomain(name, parts) ?? [];
    });
  }

  private readDomain(name: string, parts: readonly DomainFiles[]): DomainTrees | undefined {
    const own = this.readKnown(parts.map((part) => part.own));
    const mains = parts.map(({ main }) => main);
    const main = this.readMerged(mains);
    if (main === undefined) return this.reportWithoutMain(name, parts);
    const file = this.placeOf(mains.find((path) => path !== undefined)!).file;
    return { name, file, main, own };
  }

  private reportWithoutMain(domain: string, parts: readonly DomainFiles[]): undefined {
    const location = this.placeOf(parts.find(({ folder }) => folder !== undefined)!.folder!);
    const expected = `${location.file}/${domain}.yaml`;
    return this.options.report.add("FILE_DOMAIN_MISSING", { domain, expected }, location);
  }
}
