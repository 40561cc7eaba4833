import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { fixtures } from "./feast-project.js";

interface RecordedCommand {
  readonly command: "HSET" | "EXPIRE";
  readonly key: string;
  readonly fields?: readonly (readonly [string, string])[];
  readonly seconds?: number;
}

/** Fills a Redis with the contents of a recorded repository. */
export async function loadRedis(repository: string, port: number, db = 0): Promise<void> {
  const client = new Redis({ port, host: "127.0.0.1", db, lazyConnect: true });
  await client.connect();
  for (const line of readFileSync(join(fixtures, repository, "redis.commands.jsonl"), "utf8").split("\n")) {
    if (line === "") continue;
    const { command, key, fields, seconds } = JSON.parse(line) as RecordedCommand;
    const name = Buffer.from(key, "base64");
    if (command === "EXPIRE") await client.expire(name, seconds!);
    else await client.hset(name, ...fields!.flat().map((each) => Buffer.from(each, "base64")));
  }
  client.disconnect();
}
