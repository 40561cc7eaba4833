import type { Problem } from "../../../src/problems/problem.js";
import { loadProject, type LoadedProject, type LoadOptions } from "../../../src/service.js";
import { memoryHost, projectFolder, type MemoryFile } from "../reading/memory-host.js";

export type ProjectFiles = Readonly<Record<string, MemoryFile>>;

export interface Checked {
  readonly loaded: LoadedProject;
  readonly problems: readonly Problem[];
  /** Each problem as `file:line:column CODE`, in order. */
  readonly lines: readonly string[];
}

/** Checks a project of files in memory, as `check` does. */
export function check(
  files: ProjectFiles,
  environment: Readonly<Record<string, string>> = {},
  options: Partial<LoadOptions> = {},
): Checked {
  const host = memoryHost(files, environment);
  const loaded = loadProject({ host, workingFolder: projectFolder, ...options });
  return { loaded, problems: loaded.problems, lines: loaded.problems.map(lineOf) };
}

export function lineOf({ code, location }: Problem): string {
  return location === undefined ? code : `${location.file}:${location.line}:${location.column} ${code}`;
}

/** The place of the first `marked` at or behind an offset of a file's text, as `line:column`. */
export function placeOf(text: string, marked: string, from = 0): string {
  const offset = text.indexOf(marked, from);
  if (offset < 0) throw new Error(`"${marked}" is not in the file`);
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** Removes the indentation that all lines share, and the first line break. */
export function unindented(text: string): string {
  const lines = text.replace(/^\n/, "").trimEnd().split("\n");
  const least = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return `${lines.map((line) => line.slice(least)).join("\n")}\n`;
}
