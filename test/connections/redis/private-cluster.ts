import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort, privateRedis, type PrivateRedis } from "./private-redis.js";

const slots = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** Three masters that share the keys. Without one of them the others go on. */
export async function privateCluster(): Promise<readonly PrivateRedis[]> {
  const nodes = [];
  for (const [first, last] of slots) {
    const settings = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"];
    const bus = ["--cluster-announce-ip", "127.0.0.1", "--cluster-port", String(await freePort())];
    const node = await privateRedis([...settings, ...bus, "--cluster-node-timeout", "2000"]);
    nodes.push(node);
    await asked(node, ["CLUSTER", "ADDSLOTSRANGE", first, last]);
    await asked(node, ["CLUSTER", "SET-CONFIG-EPOCH", nodes.length]);
  }
  const [, bus] = /@(\d+)/.exec(await asked(nodes[0]!, ["CLUSTER", "NODES"]))!;
  const meet = ["CLUSTER", "MEET", "127.0.0.1", nodes[0]!.port, bus!];
  for (const node of nodes.slice(1)) await asked(node, meet);
  for (const node of nodes) {
    const knowsAll = async () => {
      const info = await asked(node, ["CLUSTER", "INFO"]);
      return info.includes("cluster_state:ok") && info.includes("cluster_slots_assigned:16384");
    };
    for (let attempt = 0; !(await knowsAll()); attempt++) {
      if (attempt > 400) throw new Error("The cluster never came to be one.");
      await pause(50);
    }
  }
  return nodes;
}

async function asked({ port }: PrivateRedis, command: readonly (string | number)[]): Promise<string> {
  const client = new Redis({ port, host: "127.0.0.1" });
  const [name, ...rest] = command;
  return String(await client.call(String(name), ...rest).finally(() => client.disconnect()));
}
