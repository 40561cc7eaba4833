import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setImmediate as turn } from "node:timers/promises";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import type { App } from "../../../src/server/assemble-app.js";
import { bindRead, type BoundRead } from "../../../src/sources/feast/features/bound-read.js";
import { ReadBatcher, type ViewRows } from "../../../src/sources/feast/features/read-batcher.js";
import { CellBuilder } from "../../../src/sources/feast/online/cell-builder.js";
import type { CellReceiver, OnlineStore } from "../../../src/sources/feast/online/online-store.js";
import { hasRedis, privateRedis, type PrivateRedis } from "../../connections/redis/private-redis.js";
import { VirtualClock } from "../../engine/virtual-clock.js";
import type { SourceProject } from "../source-project.js";
import { feastProject } from "./feast-project.js";
import { loadRedis } from "./load-redis.js";

interface Asked {
  readonly keys: readonly string[];
  readonly receiver: CellReceiver;
  isCancelled: boolean;
}

/** A store that notes what it is asked, and whose answers are the keys themselves. */
class NotingStore implements OnlineStore {
  readonly keySuffix = Buffer.alloc(0);
  readonly absentStatus = "NOT_FOUND";
  readonly asked: Asked[] = [];

  prepare() {
    return {
      read: (keys: readonly (readonly Buffer[])[], receiver: CellReceiver) => {
        const asked: Asked = { keys: keys[0]!.map(String), receiver, isCancelled: false };
        this.asked.push(asked);
        return { cancel: () => void (asked.isCancelled = true) };
      },
    };
  }

  answer(position: number): void {
    const { keys, receiver } = this.asked[position]!;
    const features = ["value"];
    const views = [{ name: "view", features, allFeatures: features, group: 0 }];
    const bytes = keys.map((key) => Buffer.from(key));
    const cells = new CellBuilder(views, [bytes]);
    for (const [key, value] of bytes.entries()) cells.add(0, key, 0, value, undefined);
    receiver.succeed(cells.finish());
  }

  async sampleKey() {
    return undefined;
  }

  async probe() {}

  async close() {}
}

function batching(limits: { maxSize: number; maxWaitMs: number }) {
  const store = new NotingStore();
  const clock = new VirtualClock();
  const batcher = new ReadBatcher(limits, clock);
  const features = ["value"];
  const bind = () =>
    bindRead([{ storedName: "view", features, allFeatures: features, joinKeys: [] }], store, 3);
  const bound = bind();
  const told: (readonly string[] | OrchestratorError)[] = [];
  const read = (keys: readonly string[], from: BoundRead = bound) => {
    const position = told.length;
    told.push([]);
    return batcher.read(from, [keys.map((key) => Buffer.from(key))], {
      succeed: (views: readonly ViewRows[]) =>
        (told[position] = keys.map((_, row) => String(views[0]!.bytesOf(row, 0)))),
      fail: (error) => (told[position] = error),
    });
  };
  return { store, clock, read, bind, told };
}

describe("batching of a feature store", () => {
  test("reads that start in one turn are one read, each key once; every caller gets its own rows in its order", async () => {
    const { store, read, told } = batching({ maxSize: 100, maxWaitMs: 0 });
    read(["a", "b"]);
    read(["c", "b", "a", "c"]);
    expect(store.asked).toEqual([]);
    await turn();
    expect(store.asked.map(({ keys }) => keys)).toEqual([["a", "b", "c"]]);
    store.answer(0);
    expect(told).toEqual([
      ["a", "b"],
      ["c", "b", "a", "c"],
    ]);
  });

  test("other features are another read", async () => {
    const { store, read, bind } = batching({ maxSize: 100, maxWaitMs: 0 });
    read(["a"]);
    read(["a"], bind());
    await turn();
    expect(store.asked).toHaveLength(2);
  });

  test("`max_size` sends a read at once, though never before the call has returned", async () => {
    const { store, read, told } = batching({ maxSize: 2, maxWaitMs: 1_000 });
    read(["a"]);
    read(["b"]);
    read(["c"]);
    expect(store.asked).toEqual([]);
    await turn();
    expect(store.asked.map(({ keys }) => keys)).toEqual([["a", "b"]]);
    store.answer(0);
    expect(told).toEqual([["a"], ["b"], []]);
  });

  test("`max_wait` is how long a read waits for others", async () => {
    const { store, clock, read } = batching({ maxSize: 100, maxWaitMs: 20 });
    read(["a"]);
    await clock.advance(19);
    read(["b"]);
    expect(store.asked).toEqual([]);
    await clock.advance(1);
    expect(store.asked.map(({ keys }) => keys)).toEqual([["a", "b"]]);
  });

  test("a failure is told to all; who has left is told nothing, and the last to leave gives the read up", async () => {
    const { store, read, told } = batching({ maxSize: 100, maxWaitMs: 0 });
    const calls = [read(["a"]), read(["b"]), read(["c"])];
    await turn();
    calls[0]!.cancel();
    expect(store.asked[0]!.isCancelled).toBe(false);
    const error = failure("SOURCE_UNREACHABLE", {});
    store.asked[0]!.receiver.fail(error);
    expect(told).toEqual([[], error, error]);
    const alone = read(["d"]);
    await turn();
    alone.cancel();
    expect(store.asked[1]!.isCancelled).toBe(true);
    read(["e"]).cancel();
    await turn();
    expect(store.asked).toHaveLength(2);
  });
});

describe.runIf(hasRedis())("batching of concurrent requests, on Redis", () => {
  let redis: PrivateRedis;
  let project: SourceProject;
  let app: App;
  beforeAll(async () => {
    redis = await privateRedis();
    await loadRedis("redis-v3", redis.port);
    project = feastProject({
      repository: "redis-v3",
      source: "repo_path: repo\nexpose: true\nbatching: { max_size: 100, max_wait: 100ms }",
      endpoints: `
orders:
  path: /orders/{id}
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: $request.id }, features: [customer_stats:orders_7d] }`,
      env: { FEAST_REDIS: `127.0.0.1:${redis.port}` },
    });
    expect(project.loaded.problems).toEqual([]);
    ({ app } = await project.open());
  });
  afterAll(async () => {
    await project.close();
    await redis.stop();
  });

  async function hashesRead(ask: () => Promise<unknown>): Promise<number> {
    const client = new Redis({ port: redis.port, host: "127.0.0.1" });
    await client.config("RESETSTAT");
    await ask();
    const stats = await client.info("commandstats");
    client.disconnect();
    return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  test("entities of many requests are read together, each once", async () => {
    const ids = [7, 8, 404, 7, 8, 7];
    let answers: unknown[] = [];
    const count = await hashesRead(async () => {
      const replies = await Promise.all(ids.map((id) => app.inject(`/orchestrator/orders/${id}`)));
      answers = replies.map((reply) => reply.json<{ orders_7d: number | null }>().orders_7d);
    });
    expect(answers).toEqual([3, 0, null, 3, 0, 3]);
    expect(count).toBe(3);
  });

  test("so are those of Feast's own protocol", async () => {
    const ask = (id: number) =>
      app.inject({
        method: "POST",
        url: "/orchestrator/feast/default/get-online-features",
        payload: { features: ["customer_stats:orders_7d"], entities: { customer_id: [id] } },
      });
    const count = await hashesRead(async () => {
      const replies = await Promise.all([7, 8, 7, 8].map(ask));
      const values = replies.map(
        (reply) => reply.json<{ results: { values: unknown[] }[] }>().results[1]!.values,
      );
      expect(values).toEqual([[3], [0], [3], [0]]);
    });
    expect(count).toBe(2);
  });
});
