import type { Files, FileEntry, FileKind, Host } from "../../../src/contracts/host.js";
import { failure } from "../../../src/problems/orchestrator-error.js";

/** What stands at a path: text, bytes, or something that is no file. */
export type MemoryFile = string | Uint8Array | { readonly link: "broken" } | { readonly unreadable: string };

/** The folder that the paths of `memoryHost` are relative to. */
export const projectFolder = "/project";

/** A host whose files are given by their path in the project, with a clock that stands still. */
export function memoryHost(
  files: Readonly<Record<string, MemoryFile>>,
  environment: Readonly<Record<string, string>> = {},
): Host {
  let uuids = 0;
  return {
    files: memoryFiles(new Map(Object.entries(files).map(([path, file]) => [absolute(path), file]))),
    clock: { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined },
    env: (name) => environment[name],
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`,
  };
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${projectFolder}/${path}`;
}

function memoryFiles(files: ReadonlyMap<string, MemoryFile>): Files {
  const kindOf = (path: string): FileKind | undefined => {
    const kind = kindOfEntry(path);
    return kind === "broken" ? undefined : kind;
  };
  const kindOfEntry = (path: string): FileEntry["kind"] | undefined => {
    const file = files.get(path);
    if (file !== undefined) return isBroken(file) ? "broken" : "file";
    return [...files.keys()].some((each) => each.startsWith(`${path}/`)) ? "folder" : undefined;
  };
  return {
    kindOf,
    read(path) {
      const file = files.get(path);
      if (file === undefined && kindOf(path) === "folder") {
        throw failure("FILE_UNREADABLE", { path, reason: "it is a folder" });
      }
      if (file === undefined || isBroken(file)) throw failure("FILE_NOT_FOUND", { path });
      if (typeof file === "string") return new TextEncoder().encode(file);
      if (file instanceof Uint8Array) return file;
      throw failure("FILE_UNREADABLE", { path, reason: file.unreadable });
    },
    list(path) {
      if (kindOf(path) !== "folder") return undefined;
      const inside = [...files.keys()].filter((each) => each.startsWith(`${path}/`));
      const names = new Set(inside.map((each) => each.slice(path.length + 1).split("/")[0]!));
      return [...names].sort().map((name) => ({ name, kind: kindOfEntry(`${path}/${name}`)! }));
    },
  };
}

function isBroken(file: MemoryFile): file is { readonly link: "broken" } {
  return typeof file === "object" && "link" in file;
}
