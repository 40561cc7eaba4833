import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../host/temporary-folder.js";

export interface StartedService {
  readonly folder: string;
  /** What `run.mjs` wrote first on stderr. */
  readonly greeting: string;
  readonly exit: Promise<number | null>;
  readonly log: () => readonly Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
}

/** A built module, as a script imports it. */
export function builtModule(path: string): string {
  return JSON.stringify(resolve(import.meta.dirname, "../../dist", path));
}

/** Runs `run.mjs` of a project in a process of its own, ended after the test, and waits for its first word. */
export async function startedService(files: Readonly<Record<string, string>>): Promise<StartedService> {
  const folder = temporaryFolder(files);
  const child = spawn(process.execPath, ["run.mjs"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += String(chunk)));
  const exit = new Promise<number | null>((done) => child.once("close", done));
  const [line] = (await once(child.stderr, "data")) as [Buffer];
  return {
    folder,
    greeting: String(line).trim(),
    exit,
    log: () =>
      printed
        .split("\n")
        .filter(Boolean)
        .map((each) => JSON.parse(each) as Record<string, unknown>),
    signal: (name) => void child.kill(name),
  };
}
