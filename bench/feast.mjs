// `node bench/feast.mjs`: features from SQLite and Redis, through a step and through Feast's own protocol, after
// `npm run build`. The server has one core to itself; load and Redis share the next. With `--feast path/of/feast` the same
// load goes to Feast's own Python server first, on the same core and the same repository, and ours is compared with that.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { text } from "node:stream/consumers";
import { entityCount, fillRedis, fillSqlite, references, writeRepository } from "./feast-repository.mjs";
import { isPinned, onCore, startNode } from "./processes.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    connections: { type: "string", default: "8" },
    store: { type: "string" },
    entities: { type: "string", default: "1,10,100" },
    shape: { type: "string" },
    feast: { type: "string" },
  },
});

const shapes = [
  { name: "4 of 2", features: references(4, 2) },
  { name: "50 of 5", features: references(50, 5) },
];
const counts = values.entities.split(",").map(Number);
/** Different requests of one kind, each for other entities. */
const bodyCount = 40;
const warmSeconds = 4;

const folder = mkdtempSync(join(tmpdir(), "bench-feast-"));
printHead();
try {
  for (const store of ["sqlite", "redis"]) {
    if (values.store !== undefined && values.store !== store) continue;
    if (store === "redis" && spawnSync("redis-server", ["--version"]).status !== 0) {
      console.log("redis-server is not installed: Redis is left out.");
      continue;
    }
    await measureStore(store);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureStore(store) {
  const project = join(folder, store);
  const redis = store === "redis" ? await startRedis() : undefined;
  const settings = redis
    ? `{ type: redis, connection_string: "127.0.0.1:${redis.port}" }`
    : "{ type: sqlite, path: data/online_store.db }";
  writeRepository(join(project, "repo"), settings);
  if (redis) await redis.fill();
  else await fillSqlite(join(project, "repo/data/online_store.db"));
  writeProject(project);
  const theirs = values.feast === undefined ? new Map() : await measureFeast(join(project, "repo"), store);
  const server = await startNode("bench/servers/service.mjs", [project], { core: onCore.server });
  try {
    await warmUp(server.url);
    for (const [index, shape] of shapes.entries()) {
      if (values.shape !== undefined && values.shape !== shape.name) continue;
      for (const entities of counts) {
        for (const way of ["expose", "step"]) {
          const job =
            way === "step"
              ? stepJob(server.url, index, entities)
              : protocolJob(`${server.url}/orchestrator/feast/default`, shape, entities);
          const figure = await measure(job, server);
          printRow(
            { store, shape: shape.name, entities, way, ...figure },
            theirs.get(`${shape.name}/${entities}`),
          );
        }
      }
    }
  } finally {
    await server.stop();
    await redis?.stop();
  }
}

/** Feast's own server, on the core that ours has afterwards. */
async function measureFeast(repository, store) {
  const port = await freePort();
  const feast = startPinned(
    [values.feast, "-c", repository, "serve", "-h", "127.0.0.1", "-p", String(port), "--no-access-log"],
    { core: onCore.server, env: { FEAST_USAGE: "False" } },
  );
  const figures = new Map();
  try {
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/health`).catch(() => undefined))?.ok) await pause(200);
    for (const entities of counts) {
      const figure = await measure(protocolJob(url, shapes[0], entities));
      figures.set(`${shapes[0].name}/${entities}`, figure);
      printRow({ store, shape: shapes[0].name, entities, way: "Feast", ...figure });
    }
  } finally {
    await feast.stop();
  }
  return figures;
}

function writeProject(project) {
  const files = {
    "config/config.yaml": "app: { name: Bench }\n",
    "config/integrations/feast_config.yaml":
      "feast:\n  sources:\n    default: { repo_path: repo, expose: true }\n",
    "config/domains/bench.yaml": `endpoints:\n${shapes.map((shape, index) => endpoint(shape, index)).join("")}`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(project, path, ".."), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

function endpoint({ features }, index) {
  return `  read_${index}:
    method: POST
    path: /read/${index}
    request: { body: { type: object, properties: { rows: { type: array } } } }
    data_sources:
      - name: features
        type: feast
        params: { entities: $request.body.rows, features: [${features.join(", ")}], full_feature_names: true }
`;
}

/** Until the compiler of Node.js has seen all there is: it compiles on the core that is measured. */
async function warmUp(url) {
  const connections = Number(values.connections);
  await load({ ...stepJob(url, 0, 10), seconds: warmSeconds, connections });
  await load({
    ...protocolJob(`${url}/orchestrator/feast/default`, shapes[0], 10),
    seconds: warmSeconds,
    connections,
  });
}

function stepJob(url, index, entities) {
  const bodies = idLists(entities).map((ids) =>
    JSON.stringify({ rows: ids.map((id) => ({ customer_id: id })) }),
  );
  return { url: `${url}/orchestrator/read/${index}`, bodies };
}

function protocolJob(url, { features }, entities) {
  const bodies = idLists(entities).map((ids) =>
    JSON.stringify({ features, entities: { customer_id: ids }, full_feature_names: true }),
  );
  return { url: `${url}/get-online-features`, bodies };
}

/** The same in every run. */
function idLists(entities) {
  return Array.from({ length: bodyCount }, (_, list) =>
    Array.from({ length: entities }, (_, each) => (list * 61 + each * 7) % entityCount),
  );
}

async function measure(job, server) {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(job.url, { method: "POST", body: job.bodies[0], headers });
  const answer = await reply.text();
  if (reply.status !== 200 || answer.includes("null"))
    throw new Error(`${job.url}: ${reply.status} ${answer.slice(0, 300)}`);
  const connections = Number(values.connections);
  const seconds = Number(values.seconds);
  await load({ ...job, seconds: Math.max(1, seconds / 2), connections });
  const before = server?.cpuSeconds();
  const many = await load({ ...job, seconds, connections });
  const used = before === undefined ? undefined : server.cpuSeconds() - before;
  const one = await load({ ...job, seconds: Math.min(2, seconds), connections: 1 });
  if (many.non2xx + (server === undefined ? 0 : many.errors) > 0)
    throw new Error(`${many.non2xx} bad replies of ${job.url}`);
  const cpu = used === undefined ? undefined : (used * 1e6) / many.requests.total;
  return {
    perSecond: many.requests.average,
    p50: many.latency.p50,
    p99: many.latency.p99,
    cpu,
    alone: one.requests.average,
    aloneP99: one.latency.p99,
  };
}

async function load(job) {
  const child = startPinned([process.execPath, "bench/bodies-load.mjs"], {
    core: onCore.load,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.process.stdin.end(JSON.stringify(job));
  return JSON.parse(await text(child.process.stdout));
}

function startPinned([program, ...args], { core, env = {}, stdio = "ignore" }) {
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

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function printHead() {
  const { connections, seconds } = values;
  console.log(
    `Node.js ${process.versions.node}, ${connections} connections, ${seconds} s; in brackets against Feast's own server.\n`,
  );
  console.log(
    "| store | features | entities | through | requests/s | p50 ms | p99 ms | CPU µs | alone: requests/s | p99 ms |",
  );
  console.log("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
}

function printRow({ store, shape, entities, way, perSecond, p50, p99, cpu, alone, aloneP99 }, theirs) {
  const rate = against(perSecond, theirs?.perSecond);
  const cells = [rate, p50, p99, cpu === undefined ? "–" : Math.round(cpu)];
  cells.push(against(alone, theirs?.alone), aloneP99);
  console.log(`| ${[store, shape, entities, way, ...cells].join(" | ")} |`);
}

function against(ours, theirs) {
  return `${Math.round(ours)}${theirs === undefined ? "" : ` (${(ours / theirs).toFixed(1)})`}`;
}
