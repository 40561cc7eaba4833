import { copyFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { loadDriver } from "../../../src/connections/sqlite/driver.js";
import { hasRedis, privateRedis } from "../../connections/redis/private-redis.js";
import { feastProject, fixtures } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";
import { loadRedis } from "./load-redis.js";
import { askUnderLoad, forgottenAfterMs, statsEndpoints, until } from "./stats-under-load.js";

let project: SourceProject;
afterEach(() => project.close());

test("a registry that is replaced, cut short, deleted and spoilt under load: no wrong answer, none refused", async () => {
  project = feastProject({
    repository: "sqlite-v3",
    source: "repo_path: repo\nexpose: true\nregistry_refresh: 20ms",
    endpoints: statsEndpoints,
  });
  const { app } = await project.open();
  const path = join(project.folder, "repo/data/registry.db");
  const good = readFileSync(path);
  const requests = askUnderLoad(app);
  for (let round = 0; round < 3; round++) {
    writeFileSync(path, good.subarray(0, Math.floor(good.length * [0.2, 0.5, 0.95][round]!)));
    await pause(120);
    rmSync(path);
    await pause(80);
    writeFileSync(path, "this is no registry");
    await pause(120);
    writeFileSync(path, "");
    await pause(120);
    copyFileSync(join(fixtures, "sqlite-v3/data/registry.db"), `${path}.new`);
    renameSync(`${path}.new`, path);
    await pause(120);
  }
  const { right, refused, wrong, slowestMs } = await requests.stop();
  expect(wrong).toEqual([]);
  expect([...refused]).toEqual([]);
  expect(right).toBeGreaterThan(100);
  expect(slowestMs).toBeLessThan(forgottenAfterMs);
  const messages = project.log.map(({ message }) => message);
  expect(messages).toContain("The registry cannot be read; the last good one is kept.");
  expect(messages).toContain("The registry has changed and was read again.");
});

test("a new registry is used without a restart, and one without what a step needs fails that step alone", async () => {
  project = feastProject({
    repository: "sqlite-v3",
    source: "repo_path: repo\nexpose: true\nregistry_refresh: 20ms",
    endpoints: statsEndpoints,
  });
  const { app } = await project.open();
  const ask = async () => (await app.inject("/orchestrator/stats/7")).statusCode;
  expect(await ask()).toBe(200);
  const path = join(project.folder, "repo/data/registry.db");
  const good = readFileSync(path);
  const renamed = Buffer.from(
    good.toString("latin1").replaceAll("customer_stats", "customer_statz"),
    "latin1",
  );
  writeFileSync(path, renamed);
  await until(async () => (await ask()) === 502);
  const reply = await app.inject({
    method: "POST",
    url: "/orchestrator/feast/default/get-online-features",
    payload: { features: ["customer_stats:orders_7d"], entities: { customer_id: [7] } },
  });
  expect(reply.statusCode).toBe(404);
  writeFileSync(path, good);
  await until(async () => (await ask()) === 200);
  expect(statSync(path).size).toBe(good.length);
});

test("rows that are spoilt are told as such, and the rest goes on", async () => {
  project = feastProject({
    repository: "sqlite-v3",
    source: "repo_path: repo\nexpose: true",
    endpoints: statsEndpoints,
  });
  const { app } = await project.open();
  const { DatabaseSync } = loadDriver();
  const database = new DatabaseSync(join(project.folder, "repo/data/online_store.db"), {
    readOnly: false,
    timeout: 5_000,
  });
  const step = async (id: number) => {
    const reply = await app.inject(`/orchestrator/stats/${id}`);
    return [reply.statusCode, reply.json<{ code?: string }>().code];
  };
  const exposed = async () => {
    const payload = { features: ["customer_stats:orders_7d"], entities: { customer_id: [7, 8] } };
    const url = "/orchestrator/feast/default/get-online-features";
    const reply = await app.inject({ method: "POST", url, payload });
    return [reply.statusCode, typeof reply.json()];
  };
  for (const value of ["ff", "12ffffff0f41", "2080", "72060a0401", "0b"]) {
    database.exec(`UPDATE shop_customer_stats SET value = X'${value}' WHERE feature_name = 'orders_7d'`);
    await until(async () => (await step(7))[0] !== 200);
    expect(await step(7)).toEqual([502, "SOURCE_REPLY_INVALID"]);
    expect(await exposed()).toEqual([502, "string"]);
    expect(await step(404)).toEqual([200, undefined]);
  }
  database.exec("UPDATE shop_customer_stats SET value = X'2003' WHERE feature_name = 'orders_7d'");
  await until(async () => (await step(7))[0] === 200);
  database.close();
});

test("without its registry a project does not start", () => {
  project = feastProject({ source: "repo_path: nowhere" });
  expect(project.loaded.problems.map(({ code }) => code)).toEqual(["FILE_NOT_FOUND"]);
});

describe.runIf(hasRedis())("Redis", () => {
  test("is killed and comes back: refused meanwhile, at once, and then right again", async () => {
    const redis = await privateRedis();
    try {
      await loadRedis("redis-v3", redis.port);
      project = feastProject({
        repository: "redis-v3",
        source: "repo_path: repo\nexpose: true",
        endpoints: statsEndpoints,
        env: { FEAST_REDIS: `127.0.0.1:${redis.port}` },
      });
      const { app } = await project.open();
      const requests = askUnderLoad(app);
      await pause(200);
      await redis.kill();
      await pause(400);
      const during = new Map(requests.found.refused);
      await redis.start();
      await loadRedis("redis-v3", redis.port);
      await until(async () => (await app.inject("/orchestrator/stats/7")).statusCode === 200);
      const { right, wrong, refused, slowestMs } = await requests.stop();
      // Between its start and its filling the new Redis is empty, and says truly that nothing is there.
      expect(wrong.filter((each) => !each.endsWith("null"))).toEqual([]);
      expect([...during.keys()].sort()).toEqual([502, 503]);
      expect([...refused.keys()].sort()).toEqual([502, 503]);
      expect(right).toBeGreaterThan(20);
      expect(slowestMs).toBeLessThan(forgottenAfterMs);
    } finally {
      await redis.stop();
    }
  });

  test("was away when the service started", async () => {
    const redis = await privateRedis();
    await redis.kill();
    try {
      project = feastProject({
        repository: "redis-v3",
        source: "repo_path: repo",
        endpoints: statsEndpoints,
        env: { FEAST_REDIS: `127.0.0.1:${redis.port}` },
      });
      const { app } = await project.open();
      const reply = await app.inject("/orchestrator/stats/7");
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([502, "SOURCE_UNREACHABLE"]);
      await redis.start();
      await loadRedis("redis-v3", redis.port);
      await until(async () => (await app.inject("/orchestrator/stats/7")).statusCode === 200);
    } finally {
      await redis.stop();
    }
  });
});

const withFallback = {
  repository: "sqlite-v3",
  source: `
repo_path: repo
registry_refresh: 20ms
database_fallback:
  table: customer_features
  entity_key: customer_id
  mapping: { customer_stats:orders_7d: orders }
`,
  files: {
    "config/database.yaml":
      "database:\n  sources:\n    default: { connection_string: sqlite:///fallback.db, init_sql: fallback.sql }\n",
    "fallback.sql":
      "CREATE TABLE customer_features (customer_id INTEGER PRIMARY KEY, orders INTEGER);\nINSERT INTO customer_features VALUES (7, 33);\n",
  },
};

test("database_fallback answers for a registry that does not have a step's view any more", async () => {
  project = feastProject({ ...withFallback, endpoints: statsEndpoints });
  expect(project.loaded.problems).toEqual([]);
  const { app } = await project.open();
  const path = join(project.folder, "repo/data/registry.db");
  const text = readFileSync(path).toString("latin1");
  writeFileSync(path, Buffer.from(text.replaceAll("customer_stats", "customer_statz"), "latin1"));
  const stats = async () => (await app.inject("/orchestrator/stats/7")).json<unknown>();
  await until(async () => JSON.stringify(await stats()).includes("fallback"));
  expect(await stats()).toEqual({ orders: 33, status: "fallback" });
});

test("database_fallback answers while the store fails, and the step says so", async () => {
  project = feastProject({ ...withFallback, endpoints: statsEndpoints });
  expect(project.loaded.problems).toEqual([]);
  const { app } = await project.open();
  const ask = async (id: number) => {
    const reply = await app.inject(`/orchestrator/stats/${id}`);
    return [reply.json(), reply.headers["x-orchestrator-complete"]];
  };
  expect(await ask(7)).toEqual([{ orders: 3, status: "ok" }, "true"]);
  expect(await ask(404)).toEqual([{ orders: null, status: "ok" }, "true"]);
  rmSync(join(project.folder, "repo/data/online_store.db"));
  await until(async () => (await ask(7))[1] === "false");
  expect(await ask(7)).toEqual([{ orders: 33, status: "fallback" }, "false"]);
  expect(await ask(404)).toEqual([{ orders: null, status: "fallback" }, "false"]);
});
