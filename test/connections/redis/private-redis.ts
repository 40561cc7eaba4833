import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export interface PrivateRedis {
  readonly port: number;
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>;
  /** Holds it, with its connections open, so that it answers nothing. */
  freeze(): void;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether tests of Redis can run here. Where they cannot, that is printed; in continuous integration it is a failure. */
export function hasRedis(): boolean {
  if (spawnSync("redis-server", ["--version"]).status === 0) return true;
  if (process.env["CI"]) throw new Error("redis-server is not installed: apt-get install redis-server");
  process.stderr.write("redis-server is not installed: its tests are skipped.\n");
  return false;
}

/** A Redis server of one's own on a free port, with its files in a temporary folder. */
export async function privateRedis(more: readonly string[] = []): Promise<PrivateRedis> {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const end = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child!.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };
  const start = async () => {
    const args = ["--port", String(port), "--dir", folder, "--save", "", "--bind", "127.0.0.1", ...more];
    child = spawn("redis-server", args, { stdio: "ignore" });
    await listening(port);
  };
  await start();
  return {
    port,
    start,
    kill: end,
    freeze: () => void child?.kill("SIGSTOP"),
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.end());
    });
    if (isOpen) return;
    await pause(25);
  }
  throw new Error(`Nothing listens at port ${port}.`);
}
