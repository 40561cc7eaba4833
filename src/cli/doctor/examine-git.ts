import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { finding, fine, type Diagnosis } from "./diagnosis.js";

/** Looks whether git would take files of secrets, or has taken them. Nothing where there is no repository, or no git. */
export function examineGit(projectFolder: string): readonly Diagnosis[] {
  if (runGit(projectFolder, "rev-parse", "--is-inside-work-tree") !== 0) return [];
  const paths = secretFiles(projectFolder);
  const found = paths.flatMap((path) => examinePath(projectFolder, path));
  return found.length > 0 ? found : [fine("secrets", "Git ignores .env and its like.")];
}

/** `.env` is looked at also before there is one: the first commit may come later. */
function secretFiles(folder: string): readonly string[] {
  const variants = readdirSync(folder).filter((name) => /^\.env\./.test(name) && name !== ".env.example");
  const token = existsSync(join(folder, "data/admin.token")) ? ["data/admin.token"] : [];
  return [".env", ...variants, ...token];
}

function examinePath(folder: string, path: string): readonly Diagnosis[] {
  if (runGit(folder, "ls-files", "--error-unmatch", path) === 0) {
    const remedy = `Run \`git rm --cached ${path}\`, add it to .gitignore, and change every secret in it.`;
    return [finding("secrets", `"${path}" is in git.`, remedy)];
  }
  if (runGit(folder, "check-ignore", "--quiet", path) === 0) return [];
  return [finding("secrets", `Git does not ignore "${path}".`, `Add a line \`${path}\` to .gitignore.`)];
}

function runGit(folder: string, ...args: readonly string[]): number | null {
  return spawnSync("git", args, { cwd: folder, stdio: "ignore" }).status;
}
