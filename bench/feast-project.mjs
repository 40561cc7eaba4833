// A project of this service over a Feast repository in SQLite or Redis, and the requests for it, the same in every run.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { entityCount, fillRedis, fillSqlite, references, writeRepository } from "./feast-repository.mjs";
import { isPinned, onCore, startNode } from "./processes.mjs";

export const shapes = [
  { name: "4 of 2", features: references(4, 2) },
  { name: "50 of 5", features: references(50, 5) },
];
/** Different requests of one kind, each for other entities. */
const bodyCount = 40;

/** Makes a project in a temporary folder, with its Redis where it needs one, and takes everything away after `use`. */
export async function withProject(store, use) {
  const folder = mkdtempSync(join(tmpdir(), "bench-feast-"));
  const redis = store === "redis" ? await startRedis() : undefined;
  try {
    const settings = redis
      ? `{ type: redis, connection_string: "127.0.0.1:${redis.port}" }`
      : "{ type: sqlite, path: data/online_store.db }";
    writeRepository(join(folder, "repo"), settings);
    if (redis) await redis.fill();
    else await fillSqlite(join(folder, "repo/data/online_store.db"));
    writeProject(folder);
    await use(folder);
  } finally {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function hasRedis() {
  return spawnSync("redis-server", ["--version"]).status === 0;
}

export function startService(project) {
  return startNode("bench/servers/service.mjs", [project], { core: onCore.server });
}

function writeProject(project) {
  const endpoints = [...shapes.map(readEndpoint), bareEndpoint];
  const files = {
    "config/config.yaml": "app: { name: Bench }\n",
    "config/integrations/feast_config.yaml":
      "feast:\n  sources:\n    default: { repo_path: repo, expose: true }\n",
    "config/domains/bench.yaml": `endpoints:\n${endpoints.join("")}`,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(project, path, ".."), { recursive: true });
    writeFileSync(join(project, path), content);
  }
}

const request = "request: { body: { type: object, properties: { rows: { type: array } } } }";

function readEndpoint({ features }, index) {
  return `  read_${index}:
    method: POST
    path: /read/${index}
    ${request}
    data_sources:
      - name: features
        type: feast
        params: { entities: $request.body.rows, features: [${features.join(", ")}], full_feature_names: true }
`;
}

/** Asks nothing of anybody. */
const bareEndpoint = `  bare:
    method: POST
    path: /bare
    ${request}
    response_mapping: { rows: $request.body.rows }
`;

export function stepJob(url, shape, entities) {
  return rowsJob(`${url}/orchestrator/read/${shapes.indexOf(shape)}`, entities);
}

export function bareJob(url, entities) {
  return rowsJob(`${url}/orchestrator/bare`, entities);
}

function rowsJob(url, entities) {
  const bodies = idLists(entities).map((ids) =>
    JSON.stringify({ rows: ids.map((id) => ({ customer_id: id })) }),
  );
  return { url, bodies };
}

/** Feast's own protocol; `url` is where a feature server is. */
export function protocolJob(url, { features }, entities) {
  const bodies = idLists(entities).map((ids) =>
    JSON.stringify({ features, entities: { customer_id: ids }, full_feature_names: true }),
  );
  return { url: `${url}/get-online-features`, bodies };
}

export function exposedAt(url) {
  return `${url}/orchestrator/feast/default`;
}

function idLists(entities) {
  return Array.from({ length: bodyCount }, (_, list) =>
    Array.from({ length: entities }, (_, each) => (list * 61 + each * 7) % entityCount),
  );
}

/** Runs a script that reads a job and prints its result, beside the server. */
export async function runLoad(script, job) {
  const child = startPinned([process.execPath, script], {
    core: onCore.load,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.process.stdin.end(JSON.stringify(job));
  return JSON.parse(await text(child.process.stdout));
}

export function startPinned([program, ...args], { core, env = {}, stdio = "ignore" }) {
  const command = isPinned ? ["taskset", "-c", String(core), program, ...args] : [program, ...args];
  const child = spawn(command[0], command.slice(1), { stdio, env: { ...process.env, ...env } });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { process: child, stop: () => (child.kill(), ended) };
}

async function startRedis() {
  const port = await freePort();
  const command = ["redis-server", "--port", String(port), "--save", "", "--bind", "127.0.0.1"];
  const { stop } = startPinned(command, { core: onCore.load });
  await pause(500);
  return {
    port,
    async fill() {
      const { Redis } = await import("ioredis");
      const client = new Redis({ port, host: "127.0.0.1" });
      await fillRedis(client);
      client.disconnect();
    },
    stop,
  };
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
