import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { HashFields } from "../../../src/connections/redis/hash-read.js";
import { RedisClient } from "../../../src/connections/redis/redis-client.js";
import type { RedisOptions } from "../../../src/connections/redis/redis-options.js";
import { nodeHost } from "../../../src/host/node-host.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { freePort, hasRedis, privateRedis, type PrivateRedis } from "./private-redis.js";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

let redis: PrivateRedis | undefined;
let client: RedisClient | undefined;
afterEach(async () => {
  await client?.close();
  await redis?.stop();
});

function optionsFor(port: number, more: Partial<RedisOptions> = {}): RedisOptions {
  return {
    mode: "single",
    nodes: [{ host: "127.0.0.1", port }],
    sentinelMaster: "mymaster",
    username: undefined,
    password: undefined,
    database: 0,
    tls: undefined,
    connectTimeoutMs: undefined,
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
function read(from: RedisClient, asked: readonly AskedHash[]) {
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

async function fill(port: number, password?: string): Promise<void> {
  const writer = new Redis({ port, host: "127.0.0.1", ...(password === undefined ? {} : { password }) });
  const many = Array.from({ length: 120 }, (_, index) => [Buffer.from([0xff, index]), Buffer.from([index])]);
  await writer.hset(Buffer.from([0, 0xff]), ...many.flat());
  writer.disconnect();
}

describe.runIf(hasRedis())("hashes of Redis", () => {
  test("keys, fields and values are bytes; a few fields and a whole hash give the same", async () => {
    redis = await privateRedis();
    await fill(redis.port);
    client = new RedisClient(optionsFor(redis.port));
    const field = (index: number) => Buffer.from([0xff, index]);
    const few = [field(3), field(200), field(119)];
    const many = [...Array.from({ length: 60 }, (_, index) => field(index)), field(200)];
    const key = Buffer.from([0, 0xff]);
    const found = await read(client, [
      { key, fields: few },
      { key, fields: many },
      { key: Buffer.from("nothing"), fields: few },
      { key: Buffer.from("nothing"), fields: many },
    ]);
    expect(found[0]).toEqual([Buffer.from([3]), null, Buffer.from([119])]);
    expect(found[1]).toEqual([...Array.from({ length: 60 }, (_, index) => Buffer.from([index])), null]);
    expect(found[2]).toEqual([null, null, null]);
    expect(found[3]!.every((value) => value === null)).toBe(true);
  });

  test("no keys at all give nothing, at once", async () => {
    redis = await privateRedis();
    client = new RedisClient(optionsFor(redis.port));
    const reads = [{ keys: [], fields: new HashFields([Buffer.from("a")]) }];
    const found = await new Promise((succeed, fail) => client!.readHashes(reads, { succeed, fail }));
    expect(found).toEqual({ bytes: Buffer.alloc(0), places: [new Int32Array()] });
  });

  test("a password is needed where there is one, and never shown", async () => {
    redis = await privateRedis(["--requirepass", "s3cret-word"]);
    await fill(redis.port, "s3cret-word");
    const told: unknown[] = [];
    const wrong = new RedisClient(
      optionsFor(redis.port, { password: "wr0ng-word", log: (...facts) => void told.push(facts) }),
    );
    const error = await read(wrong, [{ key: Buffer.from("a"), fields: [Buffer.from("b")] }]).catch(
      (each: OrchestratorError) => each,
    );
    expect((error as OrchestratorError).code).toMatch(/^SOURCE_/);
    expect(JSON.stringify([told, error])).not.toContain("wr0ng-word");
    await wrong.close();
    client = new RedisClient(optionsFor(redis.port, { password: "s3cret-word" }));
    expect(await read(client, [{ key: Buffer.from([0, 0xff]), fields: [Buffer.from([0xff, 1])] }])).toEqual([
      [Buffer.from([1])],
    ]);
  });

  test("another type of key is a failure of the source", async () => {
    redis = await privateRedis();
    const writer = new Redis({ port: redis.port, host: "127.0.0.1" });
    await writer.set("text", "x");
    writer.disconnect();
    client = new RedisClient(optionsFor(redis.port));
    await expect(
      read(client, [{ key: Buffer.from("text"), fields: [Buffer.from("a")] }]),
    ).rejects.toMatchObject({ code: "SOURCE_FAILED" });
  });

  test("a cluster", async () => {
    redis = await privateRedis(["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
    const admin = new Redis({ port: redis.port, host: "127.0.0.1" });
    await admin.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    while (!String(await admin.call("CLUSTER", "INFO")).includes("cluster_state:ok")) await pause(50);
    for (let index = 0; index < 20; index++)
      await admin.hset(`key-${index}`, Buffer.from([0xfe]), Buffer.from([index]));
    admin.disconnect();
    client = new RedisClient(optionsFor(redis.port, { mode: "cluster" }));
    const reads = Array.from({ length: 20 }, (_, index) => ({
      key: Buffer.from(`key-${index}`),
      fields: [Buffer.from([0xfe])],
    }));
    expect(await read(client, reads)).toEqual(reads.map((_, index) => [Buffer.from([index])]));
  });

  test.runIf(hasOpenssl)("TLS: with the right authority, and not with another", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redis-tls-"));
    try {
      const [key, cert] = certificate(folder, "own");
      const [, otherCert] = certificate(folder, "other");
      const tlsPort = await freePort();
      const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
      redis = await privateRedis([...files, "--tls-port", String(tlsPort), "--tls-auth-clients", "no"]);
      await fill(redis.port);
      const tls = { verifies: true, checksHost: true, caFile: cert, certFile: undefined, keyFile: undefined };
      client = new RedisClient(optionsFor(tlsPort, { tls }));
      const reads = [{ key: Buffer.from([0, 0xff]), fields: [Buffer.from([0xff, 1])] }];
      expect(await read(client, reads)).toEqual([[Buffer.from([1])]]);
      const distrusting = new RedisClient(optionsFor(tlsPort, { tls: { ...tls, caFile: otherCert } }));
      await expect(read(distrusting, reads)).rejects.toMatchObject({ code: "SOURCE_UNREACHABLE" });
      await distrusting.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function certificate(folder: string, name: string): [key: string, cert: string] {
  const key = join(folder, `${name}-key.pem`);
  const cert = join(folder, `${name}-cert.pem`);
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert];
  spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
  return [key, cert];
}
