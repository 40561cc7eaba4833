import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Redis } from "ioredis";
import { HashFields } from "../../../src/connections/redis/hash-read.js";
import type { RedisClient } from "../../../src/connections/redis/redis-client.js";
import type { RedisOptions } from "../../../src/connections/redis/redis-options.js";
import { nodeHost } from "../../../src/host/node-host.js";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export function optionsFor(port: number, more: Partial<RedisOptions> = {}): RedisOptions {
  return {
    mode: "single",
    nodes: [{ host: "127.0.0.1", port }],
    sentinelMaster: "mymaster",
    username: undefined,
    password: undefined,
    database: 0,
    tls: undefined,
    connectTimeoutMs: undefined,
    replyTimeoutMs: undefined,
    clientName: undefined,
    clock: nodeHost({}).clock,
    log: () => undefined,
    ...more,
  };
}

interface AskedHash {
  readonly key: Buffer;
  readonly fields: readonly Buffer[];
}

/** Each hash as a read of its own; its fields in order, `null` where there is none. */
export function read(from: RedisClient, asked: readonly AskedHash[]) {
  const reads = asked.map(({ key, fields }) => ({ keys: [key], fields: new HashFields(fields) }));
  return new Promise<readonly (readonly (Buffer | null)[])[]>((resolve, reject) => {
    from.readHashes(reads, {
      succeed: ({ bytes, places }) =>
        resolve(
          places.map((found) =>
            Array.from({ length: found.length / 2 }, (_, field) => {
              const start = found[field * 2]!;
              return start < 0 ? null : Buffer.from(bytes.subarray(start, found[field * 2 + 1]));
            }),
          ),
        ),
      fail: reject,
    });
  });
}

/** One hash with 120 fields, under bytes that are no text. */
export async function fill(port: number, password?: string): Promise<void> {
  const writer = new Redis({ port, host: "127.0.0.1", ...(password === undefined ? {} : { password }) });
  const many = Array.from({ length: 120 }, (_, index) => [Buffer.from([0xff, index]), Buffer.from([index])]);
  await writer.hset(Buffer.from([0, 0xff]), ...many.flat());
  writer.disconnect();
}

/** A certificate for this machine that nobody else signed. */
export function certificate(folder: string, name: string): [key: string, cert: string] {
  const key = join(folder, `${name}-key.pem`);
  const cert = join(folder, `${name}-cert.pem`);
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
  return [key, cert];
}
