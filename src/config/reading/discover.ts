import { join } from "node:path";
import type { Files } from "../../contracts/host.js";
import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import { namePattern } from "../../schema/scalars.js";
import { readFolder } from "./folder.js";

export interface DiscoverOptions {
  readonly files: Files;
  readonly report: Report;
  /** The place of a whole file or folder, given its absolute path. */
  readonly placeOf: (path: string) => Location;
  /** Files beside config.yaml, without ending: `database`, `integrations/api_sources`. */
  readonly knownFiles: readonly string[];
}

/** The files of one layer, by what they are. All paths are absolute. */
export interface LayerFiles {
  readonly config: string | undefined;
  readonly global: ReadonlyMap<string, string>;
  readonly domains: ReadonlyMap<string, DomainFiles>;
}

export interface DomainFiles {
  readonly main: string | undefined;
  /** Its folder, where it has one. */
  readonly folder: string | undefined;
  readonly own: ReadonlyMap<string, string>;
}

/** Finds the files of one configuration folder. Every entry that means nothing there is reported. */
export function discoverLayer(folder: string, options: DiscoverOptions): LayerFiles {
  const found = scopeFiles(folder, "config", ["domains"], options);
  const domains = found.folders.includes("domains") ? discoverDomains(join(folder, "domains"), options) : [];
  return { config: found.main, global: found.known, domains: new Map(domains) };
}

/** The names that a configuration folder can hold, without endings. */
export function layerNames(knownFiles: readonly string[]): string[] {
  const names = knownFiles.map((name) => name.split("/")[0]!);
  return [...new Set(["config", "domains", ...names])];
}

interface ScopeFiles {
  readonly main: string | undefined;
  readonly known: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
}

/** The files of the whole project or of one domain: a main file, and the known ones beside it or in their folder. */
function scopeFiles(
  folder: string,
  mainName: string,
  otherFolders: readonly string[],
  options: DiscoverOptions,
): ScopeFiles {
  const names = options.knownFiles;
  const plain = names.filter((name) => !name.includes("/"));
  const inFolders = names
    .filter((name) => name.includes("/"))
    .map((name) => name.split("/") as [string, string]);
  const folders = [...new Set([...otherFolders, ...inFolders.map(([parent]) => parent)])];
  const top = readFolder(folder, { files: [mainName, ...plain], folders }, options);
  const found = new Map([...top.files].filter(([name]) => name !== mainName));
  for (const parent of top.folders.filter((name) => !otherFolders.includes(name))) {
    const stems = inFolders.filter(([each]) => each === parent).map(([, stem]) => stem);
    const inside = readFolder(join(folder, parent), { files: stems, folders: [] }, options);
    for (const [stem, path] of inside.files) found.set(`${parent}/${stem}`, path);
  }
  return { main: top.files.get(mainName), known: found, folders: top.folders };
}

function discoverDomains(folder: string, options: DiscoverOptions): [string, DomainFiles][] {
  const { files, folders } = readFolder(folder, { files: "any", folders: "any" }, options);
  const names = [...new Set([...files.keys(), ...folders])].sort();
  return names
    .filter((name) => hasValidName(name, files.get(name) ?? join(folder, name), options))
    .map((name) => [name, domainFiles(name, files.get(name), folder, folders.includes(name), options)]);
}

function hasValidName(name: string, path: string, { report, placeOf }: DiscoverOptions): boolean {
  if (namePattern.test(name)) return true;
  report.add("FILE_NAME_INVALID", { name, pattern: namePattern.source }, placeOf(path));
  return false;
}

function domainFiles(
  name: string,
  flat: string | undefined,
  domainsFolder: string,
  hasFolder: boolean,
  options: DiscoverOptions,
): DomainFiles {
  if (!hasFolder) return { main: flat, folder: undefined, own: new Map() };
  const folder = join(domainsFolder, name);
  const { main, known } = scopeFiles(folder, name, [], options);
  if (flat !== undefined && main !== undefined) {
    const [path, other] = [options.placeOf(main).file, options.placeOf(flat).file];
    options.report.add("FILE_DUPLICATE", { path, other }, options.placeOf(main));
  }
  return { main: flat ?? main, folder, own: known };
}
