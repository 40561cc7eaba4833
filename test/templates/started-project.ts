import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { initProject } from "../../src/cli/init-project.js";
import { temporaryFolder } from "../cli/run-command.js";
import { root } from "./documented-files.js";

/** A project of a template with this checkout as its package, gone after the test. */
export function generatedProject(template: string, environments = false): string {
  const folder = temporaryFolder();
  initProject({ folder, template, environments });
  linkPackage(folder);
  return folder;
}

/** So that `import "orchestrator-api-service"` finds this checkout, built. */
export function linkPackage(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/orchestrator-api-service"), "junction");
}

export interface StartedScript {
  readonly child: ChildProcess;
  readonly printed: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

/** Runs a `.ts` file of a project in a process of its own, as `tsx` does; ended after the test. */
export function startScript(
  folder: string,
  script: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): StartedScript {
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ADMIN_PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (printed.stdout += String(data)));
  child.stderr.on("data", (data) => (printed.stderr += String(data)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, printed, ended };
}

/** The first answer of a service that is starting. Rejects when its process ends before. */
export async function firstAnswer(url: string, { ended, printed }: StartedScript): Promise<Response> {
  let code: number | null | undefined;
  void ended.then((value) => (code = value));
  for (;;) {
    const reply = await fetch(url).catch(() => undefined);
    if (reply !== undefined) return reply;
    if (code !== undefined) throw new Error(`It ended with ${code}: ${printed.stdout}${printed.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
