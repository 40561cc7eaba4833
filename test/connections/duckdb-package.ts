import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe } from "vitest";

const folder = join(tmpdir(), "orchestrator-tests-duckdb");
const packageName = "@duckdb/node-api";

/**
 * DuckDB cannot be a dependency of development: its platform packages would make an incomplete lock file. So the tests
 * install it beside the project, once for each machine.
 */
function installed(): string | undefined {
  const resolve = () => createRequire(join(folder, "index.js")).resolve(packageName);
  try {
    return resolve();
  } catch {
    mkdirSync(folder, { recursive: true });
  }
  try {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    execFileSync("npm", ["install", ...quiet, `${packageName}@latest`], {
      stdio: "ignore",
      timeout: 120_000,
    });
    return resolve();
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    return undefined;
  }
}

const path = installed();

/** Loads it from where the tests have it. */
export async function importDuckdb(): Promise<unknown> {
  return import(pathToFileURL(path!).href);
}

/** `describe`, or one skipped line where it cannot be had. */
export const describeDuckdb =
  path !== undefined
    ? describe
    : (name: string, _body: () => void) =>
        describe.skip(`${name} (DuckDB cannot be installed: npm install ${packageName}@latest)`, () =>
          undefined);
