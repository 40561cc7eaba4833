import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import picocolors from "picocolors";
import { onTestFinished } from "vitest";
import { runCommandLine } from "../../src/cli/program.js";
import type { Shell } from "../../src/cli/shell.js";

/** What one command printed, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in a folder, in this process. */
export async function runCommand(folder: string, ...args: readonly string[]): Promise<Ran> {
  const printed = { stdout: "", stderr: "" };
  const plain = picocolors.createColors(false);
  const shell: Shell = {
    result: (text) => void (printed.stdout += `${text}\n`),
    remark: (text) => void (printed.stderr += `${text}\n`),
    resultColours: plain,
    remarkColours: plain,
    width: 100,
    workingFolder: folder,
  };
  const code = await runCommandLine(args, shell);
  return { code, ...printed };
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "command-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files, gone after the test. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Variables of the environment until the test ends. */
export function setVariables(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
  onTestFinished(() => {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  });
}
