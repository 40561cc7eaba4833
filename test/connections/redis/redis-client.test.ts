import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster, Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { HashFields } from "../../../src/connections/redis/hash-read.js";
import { RedisClient } from "../../../src/connections/redis/redis-client.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { freePort, hasRedis, privateRedis, type PrivateRedis } from "./private-redis.js";
import { privateCluster } from "./private-cluster.js";
import { privateSentinel, type Sentinel } from "./private-sentinels.js";
import { certificate, fill, hasOpenssl, optionsFor, read } from "./redis-reads.js";

let redis: PrivateRedis | undefined;
let client: RedisClient | undefined;
afterEach(async () => {
  await client?.close();
  await redis?.stop();
});

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

  test("a cluster: keys of all its nodes in one read, and those of the others while one is away", async () => {
    const nodes = await privateCluster();
    try {
      const first = { host: "127.0.0.1", port: nodes[0]!.port };
      const writer = new Cluster([first]);
      const count = 60;
      for (let index = 0; index < count; index++)
        await writer.hset(`key-${index}`, Buffer.from([0xfe]), Buffer.from([index]));
      writer.disconnect();
      client = new RedisClient(optionsFor(first.port, { mode: "cluster" }));
      const reads = Array.from({ length: count }, (_, index) => ({
        key: Buffer.from(`key-${index}`),
        fields: [Buffer.from([0xfe])],
      }));
      const all = reads.map((_, index) => [Buffer.from([index])]);
      expect(await read(client, reads)).toEqual(all);
      await nodes[2]!.kill();
      const alone = await Promise.allSettled(reads.map((each) => read(client!, [each])));
      const found = alone.filter(({ status }) => status === "fulfilled");
      expect(found.length).toBeGreaterThan(count / 3);
      expect(found.length).toBeLessThan(count);
      for (const [index, each] of alone.entries()) {
        if (each.status === "fulfilled") expect(each.value).toEqual([all[index]]);
        else expect((each.reason as OrchestratorError).code).toMatch(/^SOURCE_/);
      }
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
    }
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

  test.runIf(hasOpenssl)("TLS and a password to a master that a sentinel names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redis-tls-"));
    let sentinel: Sentinel | undefined;
    try {
      const [key, cert] = certificate(folder, "own");
      const tlsPort = await freePort();
      const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
      const secret = ["--requirepass", "s3cret-word", "--tls-auth-clients", "no"];
      redis = await privateRedis([...files, ...secret, "--tls-port", String(tlsPort)]);
      await fill(redis.port, "s3cret-word");
      sentinel = await privateSentinel([
        ...[
          "tls-replication yes",
          `tls-cert-file ${cert}`,
          `tls-key-file ${key}`,
          `tls-ca-cert-file ${cert}`,
        ],
        `sentinel monitor features 127.0.0.1 ${tlsPort} 1`,
        "sentinel auth-pass features s3cret-word",
      ]);
      const tls = { verifies: true, checksHost: true, caFile: cert, certFile: undefined, keyFile: undefined };
      const nodes = [{ host: "127.0.0.1", port: sentinel.port }];
      const access = {
        mode: "sentinel",
        sentinelMaster: "features",
        nodes,
        password: "s3cret-word",
      } as const;
      client = new RedisClient(optionsFor(sentinel.port, { ...access, tls }));
      const reads = [{ key: Buffer.from([0, 0xff]), fields: [Buffer.from([0xff, 1])] }];
      expect(await read(client, reads)).toEqual([[Buffer.from([1])]]);
    } finally {
      await sentinel?.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
