import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ProcessLaunch } from "../../contracts/server-keeper.js";
import type { Launched, Launcher } from "../kept/launcher.js";
import { OutputLines, type TellLine } from "../kept/output-lines.js";
import { withPort } from "./command-line.js";
import { guardGroup } from "./group-guard.js";
import { freePort, isPortTaken } from "./ports.js";
import { endGroup } from "./process-group.js";

const host = "127.0.0.1";
/** How long the last words of a process that has ended are waited for. */
const lastWordsMs = 100;

/** Starts a program of this machine as a group of its own, so that it can be ended with all that it starts. */
export class ProcessLauncher implements Launcher {
  private readonly rules: ProcessLaunch;
  private readonly tell: TellLine;

  constructor(rules: ProcessLaunch, tell: TellLine) {
    this.rules = rules;
    this.tell = tell;
  }

  async launch(): Promise<Launched> {
    const { command, folder, environment, stopTimeoutMs } = this.rules;
    const port = this.rules.port ?? (await freePort());
    if (this.rules.port !== undefined && (await isPortTaken(port))) {
      throw new Error(`something else listens at port ${port} already`);
    }
    const [program, ...words] = withPort(command, port);
    const child = spawn(program!, words, {
      cwd: folder,
      env: { ...environment, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const group = child.pid;
    if (group === undefined) throw await startFault(child, program!);
    child.on("error", () => undefined);
    const forget = guardGroup(group, stopTimeoutMs);
    const lines = new OutputLines(this.tell, () => performance.now());
    child.stdout.on("data", (bytes: Buffer) => lines.add(bytes, "stdout"));
    child.stderr.on("data", (bytes: Buffer) => lines.add(bytes, "stderr"));
    const ended = endOf(child);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await endGroup(group, stopTimeoutMs);
      child.stdout.destroy();
      child.stderr.destroy();
      lines.close();
      forget();
    };
    return {
      host,
      port,
      facts: { pid: group },
      ended,
      lastLines: () => lines.last,
      stop: () => (stopping ??= stop()),
    };
  }
}

async function startFault(child: ChildProcess, program: string): Promise<Error> {
  const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
  const reason = error.code === "ENOENT" ? "there is no such program, or no such folder" : error.message;
  return new Error(`"${program}" cannot be started: ${reason}`);
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      const end = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      const timer = setTimeout(() => resolve(end), lastWordsMs);
      child.on("close", () => {
        clearTimeout(timer);
        resolve(end);
      });
    });
  });
}
