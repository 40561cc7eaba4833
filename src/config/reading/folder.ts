import { join } from "node:path";
import type { FileEntry, Files } from "../../contracts/host.js";
import type { Location } from "../../problems/location.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Report } from "../../problems/report.js";

export interface FolderOptions {
  readonly files: Files;
  readonly report: Report;
  readonly placeOf: (path: string) => Location;
}

/** What a folder may hold: YAML files by name without ending, and folders. */
export interface Expected {
  readonly files: readonly string[] | "any";
  readonly folders: readonly string[] | "any";
}

export interface FolderContents {
  /** Absolute paths by name without ending. A link that leads nowhere is among them. */
  readonly files: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
}

/** Lists a folder and reports every entry that it may not hold. Entries that begin with a dot are passed over. */
export function readFolder(folder: string, expected: Expected, options: FolderOptions): FolderContents {
  const files = new Map<string, string>();
  const folders: string[] = [];
  for (const entry of visibleEntries(folder, options)) {
    const path = join(folder, entry.name);
    const stem = /^(.+)\.ya?ml$/.exec(entry.name)?.[1];
    if (stem !== undefined && allows(expected.files, stem)) addFile(stem, path, files, options);
    else if (entry.kind === "folder" && allows(expected.folders, entry.name)) folders.push(entry.name);
    else refuse(entry, path, expected, options);
  }
  return { files, folders };
}

/** The entries of a folder that do not begin with a dot; none where it cannot be listed, which is reported. */
export function visibleEntries(
  folder: string,
  { files, report, placeOf }: FolderOptions,
): readonly FileEntry[] {
  try {
    return (files.list(folder) ?? []).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    report.addProblem({ ...error.problem, location: placeOf(folder) });
    return [];
  }
}

function allows(names: readonly string[] | "any", name: string): boolean {
  return names === "any" || names.includes(name);
}

function addFile(
  stem: string,
  path: string,
  files: Map<string, string>,
  { report, placeOf }: FolderOptions,
): void {
  const other = files.get(stem);
  if (other === undefined) files.set(stem, path);
  else report.add("FILE_DUPLICATE", { path: placeOf(path).file, other: placeOf(other).file }, placeOf(path));
}

function refuse(
  entry: FileEntry,
  path: string,
  expected: Expected,
  { report, placeOf }: FolderOptions,
): void {
  const location = placeOf(path);
  if (entry.kind === "broken") return report.add("FILE_LINK_BROKEN", { path: location.file }, location);
  const names = expected.files === "any" ? ["<domain>"] : expected.files;
  const folders = expected.folders === "any" ? [] : expected.folders;
  const known = [...names.map((name) => `${name}.yaml`), ...folders];
  report.add("FILE_UNKNOWN", { path: location.file, name: entry.name, known }, location);
}
