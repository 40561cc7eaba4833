import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync, type Dirent, type Stats } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Clock, FileEntry, FileKind, Files, Host } from "../contracts/host.js";
import { failure } from "../problems/orchestrator-error.js";

/** The real machine. `environment` is where variables are looked up, by default those of the process. */
export function nodeHost(environment: Readonly<Record<string, string | undefined>> = process.env): Host {
  return { files, clock, env: (name) => environment[name], uuid: () => randomUUID() };
}

const files: Files = {
  read(path) {
    try {
      return readFileSync(path);
    } catch (error) {
      throw fileFailure(path, error);
    }
  },
  list(path) {
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw fileFailure(path, error);
    }
    return entries
      .map((entry): FileEntry => ({ name: entry.name, kind: kindOfEntry(path, entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  kindOf(path) {
    try {
      return kindOfStats(statSync(path));
    } catch {
      return undefined;
    }
  },
};

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

function kindOfEntry(folder: string, entry: Dirent): FileEntry["kind"] {
  return entry.isSymbolicLink() ? (files.kindOf(join(folder, entry.name)) ?? "broken") : kindOfStats(entry);
}

function kindOfStats(stats: Stats | Dirent): FileKind {
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "folder" : "other";
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a folder",
  ELOOP: "its links go round in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
};

function fileFailure(path: string, cause: unknown): Error {
  if (isMissing(cause)) return failure("FILE_NOT_FOUND", { path }, { cause });
  const reason = reasons[codeOf(cause)] ?? `the system answered ${codeOf(cause)}`;
  return failure("FILE_UNREADABLE", { path, reason }, { cause });
}
