import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort, listening, privateRedis, type PrivateRedis } from "./private-redis.js";

/** A master, its replica, and three sentinels that look after them. */
export interface SentinelGroup {
  readonly sentinels: readonly Sentinel[];
  readonly master: PrivateRedis;
  readonly replica: PrivateRedis;
  /** Resolves when the replica has what the master has. */
  synchronised(): Promise<void>;
  stop(): Promise<void>;
}

export interface Sentinel {
  readonly port: number;
  /** Can be called twice. */
  stop(): Promise<void>;
}

const host = "127.0.0.1";

/** Sentinels call a master dead after half a second. */
export async function privateSentinels(name: string): Promise<SentinelGroup> {
  const master = await privateRedis();
  const replica = await privateRedis(["--replicaof", host, String(master.port)]);
  const watch = [
    `sentinel monitor ${name} ${host} ${master.port} 2`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 2000`,
  ];
  const sentinels = await Promise.all([0, 1, 2].map(() => privateSentinel(watch)));
  for (const { port } of sentinels) await until(port, async (client) => isAware(client, name));
  return {
    sentinels,
    master,
    replica,
    synchronised: () => until(master.port, async (client) => (await client.wait(1, 100)) === 1),
    async stop() {
      await Promise.all([...sentinels, master, replica].map((each) => each.stop()));
    },
  };
}

/** One sentinel on a free port. */
export async function privateSentinel(settings: readonly string[]): Promise<Sentinel> {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-"));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  writeFileSync(file, [`port ${port}`, `bind ${host}`, `dir ${folder}`, ...settings, ""].join("\n"));
  const child = spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await listening(port);
  return {
    port,
    async stop() {
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a sentinel knows the replica and the other two, without which nobody would be made master. */
async function isAware(client: Redis, name: string): Promise<boolean> {
  const answer = (await client.call("SENTINEL", "MASTER", name)) as string[];
  const of = (field: string) => answer[answer.indexOf(field) + 1];
  return of("num-slaves") === "1" && of("num-other-sentinels") === "2";
}

async function until(port: number, holds: (client: Redis) => Promise<boolean>): Promise<void> {
  const client = new Redis({ host, port });
  try {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await holds(client)) return;
      await pause(50);
    }
    throw new Error(`It never came to hold at port ${port}.`);
  } finally {
    client.disconnect();
  }
}
