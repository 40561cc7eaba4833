import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block of a page. `path` is set where its first line is a comment with the path of a project's file. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  readonly path: string | undefined;
}

/** README.md and every page of docs/, relative to the repository. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true }).map((entry) => `docs/${String(entry)}`);
  return ["README.md", ...docs.filter((entry) => entry.endsWith(".md")).sort()];
}

export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```/gm)].map((match) => {
    const content = match[3]!.replaceAll(new RegExp(`^${match[1]!}`, "gm"), "");
    const path = /^(?:#|--) ((?:config|data)\/[\w./-]+)/.exec(content)?.[1];
    return { language: match[2]!, text: content, line: text.slice(0, match.index).split("\n").length, path };
  });
}

/**
 * The projects that the whole files of a page make: each file is laid over those before it, and a path that comes
 * again begins the next project, which keeps the other files.
 */
export function projectsOf(page: string): readonly Readonly<Record<string, string>>[] {
  const projects: Record<string, string>[] = [];
  let current: Record<string, string> = {};
  for (const { path, text } of blocksOf(page)) {
    if (path === undefined) continue;
    if (path in current) {
      projects.push(current);
      current = { ...current };
    }
    current[path] = text;
  }
  return Object.keys(current).length === 0 ? projects : [...projects, current];
}
