import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { failure } from "../problems/orchestrator-error.js";
import { formatPath } from "./format-problem.js";
import { asJson, type Shell } from "./shell.js";

/** Writes a value as a file of JSON and prints its path. Throws FILE_UNWRITABLE. */
export function writeJson(path: string, value: unknown, shell: Shell): void {
  const target = resolve(shell.workingFolder, path);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${asJson(value)}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path, reason }, { cause: error });
  }
  shell.result(formatPath(target, shell.workingFolder));
}
