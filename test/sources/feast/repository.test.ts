import { describe, expect, test } from "vitest";
import { nodeHost } from "../../../src/host/node-host.js";
import { murmur128 } from "../../../src/sources/feast/keys/murmur.js";
import { dynamoPackage, openDynamoStore } from "../../../src/sources/feast/online/dynamodb-store.js";
import { sqliteEventTime } from "../../../src/sources/feast/online/event-time.js";
import type { Cells } from "../../../src/sources/feast/online/stored-cells.js";
import { readFeatureStore } from "../../../src/sources/feast/repository/feature-store-config.js";
import { expandVariables } from "../../../src/sources/feast/repository/expand-variables.js";
import { RepositoryError, UnsupportedError } from "../../../src/sources/feast/repository/repository-error.js";

const env = (name: string) => ({ HOST: "redis", "A:-b": "odd", PASSWORD: "12345" })[name];
const read = (yaml: string) => readFeatureStore(yaml, env);
const head = "project: shop\nregistry: data/registry.db\n";

test("variables are replaced as Python does it", () => {
  const { text, writtenAt } = expandVariables("$HOST ${HOST} ${A:-b} $NOPE ${NOPE} $$ \\$HOST $", env);
  expect(text).toBe("redis redis odd $NOPE ${NOPE} $$ \\redis $");
  expect(writtenAt(text.indexOf("$NOPE"))).toBe("$HOST ${HOST} ${A:-b} ".length);
});

describe("feature_store.yaml", () => {
  test("defaults", () => {
    expect(read(head)).toMatchObject({
      project: "shop",
      registry: {
        ...{ place: { type: "file", path: "data/registry.db" }, refreshMs: 600_000, readsVersions: false },
      },
      store: { type: "sqlite", path: "data/online.db" },
      keyVersion: 3,
      isKeyVersionAssumed: true,
    });
    expect(read(`${head}online_store: null\n`).store).toEqual({ type: "none" });
    expect(read(`${head}online_store: NONE\n`).store).toEqual({ type: "none" });
    expect(read(`${head}online_store: redis\n`).store).toMatchObject({
      type: "redis",
      nodes: [{ host: "localhost", port: 6379 }],
    });
  });

  test("class paths of old repositories", () => {
    const store = "feast.infra.online_stores.contrib.postgres.PostgreSQLOnlineStore";
    expect(
      read(`${head}online_store: { type: ${store}, host: h, database: d, user: u, password: 1 }\n`).store,
    ).toMatchObject({
      ...{ type: "postgres", port: 5432, password: "1", sslMode: "require", schemas: ["public"] },
    });
  });

  test("connection strings of Redis", () => {
    const text =
      "r1:6380,r2,ssl=true,password=${PASSWORD},db=2,ssl_cert_reqs=none,socket_timeout=0.5,retry_on_timeout=true";
    const yaml = `${head}online_store: { type: redis, redis_type: redis_cluster, connection_string: "${text}" }\n`;
    expect(read(yaml).store).toMatchObject({
      mode: "cluster",
      nodes: [
        { host: "r1", port: 6380 },
        { host: "r2", port: 6379 },
      ],
      password: "12345",
      database: 2,
      tls: { verifies: false, checksHost: true },
      ...{ connectTimeoutMs: 500, replyTimeoutMs: 500 },
    });
    const odd = (more: string) => () =>
      read(`${head}online_store: { type: redis, connection_string: "${more}" }\n`);
    expect(odd("h:1,decode_responses=true")).toThrow(/"decode_responses"/);
    expect(odd("password=x")).toThrow(RepositoryError);
    expect(odd("::1:6379")).toThrow(RepositoryError);
  });

  test("what cannot be read here", () => {
    expect(() => read(`${head}online_store: { type: cassandra }\n`)).toThrow(UnsupportedError);
    expect(() => read("project: a\nregistry: gs://b/registry.db\n")).toThrow(UnsupportedError);
    expect(() => read("project: a\nregistry: { registry_type: remote, path: h:1 }\n")).toThrow(
      UnsupportedError,
    );
    expect(() => read("project: a\nregistry: { registry_type: sql, path: 'mysql://u@h/d' }\n")).toThrow(
      UnsupportedError,
    );
    expect(() => read("registry: data/registry.db\n")).toThrow(/"project" is missing/);
    expect(() => read("project: a\n")).toThrow(/"registry" is missing/);
    expect(() => read(`${head}entity_key_serialization_version: 7\n`)).toThrow(RepositoryError);
    expect(() => read("[]")).toThrow(RepositoryError);
  });
});

test("times of SQLite, as every release writes them", () => {
  const offset = new Date(1_700_000_000_000).getTimezoneOffset() * 60;
  expect(sqliteEventTime("1700000000")).toEqual({ seconds: 1_700_000_000 - offset, nanos: 0 });
  expect(sqliteEventTime("2023-11-14 22:13:20.250000")).toEqual({
    seconds: 1_700_000_000,
    nanos: 250_000_000,
  });
  expect(sqliteEventTime("2023-11-14 22:13:20")).toEqual({ seconds: 1_700_000_000, nanos: 0 });
  expect(sqliteEventTime("never")).toBeUndefined();
  expect(sqliteEventTime("")).toBeUndefined();
});

describe("DynamoDB", () => {
  const settings = {
    region: "eu-west-1",
    endpoint: undefined,
    tableTemplate: "{project}.{table_name}",
    batchSize: 100,
    isConsistent: false,
  };
  const parts = { clock: nodeHost({}).clock, log: () => undefined };

  test("without its SDK there is a line to install it", async () => {
    await expect(openDynamoStore(settings, "shop", parts)).rejects.toMatchObject({
      code: "DRIVER_MISSING",
      hint: `Run \`npm install ${dynamoPackage}@3\`.`,
    });
  });

  test("items are found by the hash of their key, and what was throttled is asked for again", async () => {
    const known = Buffer.from(
      "0100000002000000090000006472697665725f69640400000008000000e903000000000000",
      "hex",
    );
    const absent = Buffer.from("absent");
    const asked: unknown[] = [];
    class Client {
      async send({
        input,
      }: {
        input: { RequestItems: Record<string, { Keys: { entity_id: { S: string } }[] }> };
      }) {
        asked.push(input);
        if (asked.length === 1) return { UnprocessedKeys: input.RequestItems };
        const item = {
          entity_id: { S: murmur128(known) },
          event_ts: { S: "2023-11-14 22:13:20.500000+00:00" },
          values: { M: { conv_rate: { B: new Uint8Array([0x38, 1]) } } },
        };
        return { Responses: { "shop.driver_stats": [item] } };
      }
      destroy() {}
    }
    class BatchGetItemCommand {
      readonly input: unknown;

      constructor(input: unknown) {
        this.input = input;
      }
    }
    const importSdk = async () => ({ DynamoDBClient: Client, BatchGetItemCommand });
    const store = await openDynamoStore(settings, "shop", { ...parts, importSdk });
    const features = ["conv_rate", "acc_rate"];
    const read = store.prepare([{ name: "driver_stats", features, allFeatures: features, group: 0 }]);
    const [cells] = await new Promise<readonly Cells[]>((resolve, reject) =>
      read.read([[known, absent]], { succeed: resolve, fail: reject }),
    );
    const found = [0, 1].map((key) => [0, 1].map((feature) => cells!.bytesOf(key, feature)));
    expect(found).toEqual([
      [Buffer.from([0x38, 1]), undefined],
      [undefined, undefined],
    ]);
    expect([0, 1].map((key) => cells!.time(key))).toEqual([
      { seconds: 1_700_000_000, nanos: 500_000_000 },
      undefined,
    ]);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({
      RequestItems: {
        "shop.driver_stats": {
          Keys: [
            { entity_id: { S: "f3cfd4a822f245b63975464763babaec" } },
            { entity_id: { S: murmur128(absent) } },
          ],
          ExpressionAttributeNames: { "#feat0": "conv_rate", "#feat1": "acc_rate" },
        },
      },
    });
    await store.close();
  });
});
