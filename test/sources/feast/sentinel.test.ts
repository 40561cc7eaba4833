import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasRedis } from "../../connections/redis/private-redis.js";
import { privateSentinels, type SentinelGroup } from "../../connections/redis/private-sentinels.js";
import type { SourceProject } from "../source-project.js";
import { feastProject } from "./feast-project.js";
import { loadRedis } from "./load-redis.js";
import { askUnderLoad, forgottenAfterMs, statsEndpoints, until } from "./stats-under-load.js";

describe.runIf(hasRedis())("Redis behind sentinels", () => {
  let group: SentinelGroup;
  let project: SourceProject;
  beforeEach(async () => {
    group = await privateSentinels("features");
    await loadRedis("redis-v3", group.master.port);
    await group.synchronised();
  });
  afterEach(async () => {
    await project.close();
    await group.stop();
  });

  async function open(parameters = "") {
    const nodes = group.sentinels.map(({ port }) => `127.0.0.1:${port}`).join();
    const store = `project: shop
registry: data/registry.db
online_store:
  type: redis
  redis_type: redis_sentinel
  sentinel_master: features
  connection_string: "${nodes}${parameters}"
entity_key_serialization_version: 3
`;
    project = feastProject({
      repository: "redis-v3",
      source: "repo_path: repo\nexpose: true",
      endpoints: statsEndpoints,
      files: { "repo/feature_store.yaml": store },
    });
    expect(project.loaded.problems).toEqual([]);
    const { app } = await project.open();
    const status = async () => (await app.inject("/orchestrator/stats/7")).statusCode;
    expect(await status()).toBe(200);
    return { app, status };
  }

  test("the master is killed: reads fail at once until there is a new one, and no answer is wrong", async () => {
    const { app, status } = await open();
    const requests = askUnderLoad(app);
    await pause(200);
    await group.master.kill();
    await until(async () => (await status()) !== 200);
    await until(async () => (await status()) === 200);
    const before = requests.found.right;
    await pause(300);
    const { right, wrong, refused, slowestMs } = await requests.stop();
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(before);
    expect([...refused.keys()].every((code) => code === 502 || code === 503)).toBe(true);
    expect(slowestMs).toBeLessThan(forgottenAfterMs);
  });

  test("the master hangs, with its connections open: the new one is found all the same", async () => {
    const { app, status } = await open(",socket_timeout=1");
    const requests = askUnderLoad(app);
    await pause(200);
    group.master.freeze();
    await until(async () => (await status()) !== 200);
    await until(async () => (await status()) === 200);
    const { wrong } = await requests.stop();
    expect(wrong).toEqual([]);
  });

  test("two of three sentinels are gone: what is left still tells who the master is", async () => {
    await group.sentinels[0]!.stop();
    await group.sentinels[1]!.stop();
    const { status } = await open();
    await group.replica.kill();
    expect(await status()).toBe(200);
  });
});
