import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Started {
  readonly child: ChildProcess;
  readonly printed: { stdout: string; stderr: string };
  readonly url: Promise<string>;
  readonly code: Promise<number | null>;
}

/** The command as a process of its own, ended after the test. */
export function startCommand(folder: string, args: readonly string[]): Started {
  const child = spawn(process.execPath, [`${root}dist/cli/main.js`, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { stdout: "", stderr: "" };
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const url = new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /http:\/\/[\w.]+:\d+/.exec(printed.stdout + printed.stderr)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", (data) => ((printed.stdout += String(data)), look()));
    child.stderr.on("data", (data) => ((printed.stderr += String(data)), look()));
    void code.then((ended) => reject(new Error(`ended with ${ended}: ${printed.stderr}`)));
  });
  url.catch(() => undefined);
  return { child, printed, url, code };
}
