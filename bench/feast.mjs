// `node bench/feast.mjs`: features from SQLite and Redis, through a step and through Feast's own protocol, after
// `npm run build`. The server has one core to itself; load and Redis share the next. On a busy machine only the column
// of the processor's time means something.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { fillRedis, fillSqlite, references, writeRepository } from "./feast-repository.mjs";
import { isPinned, onCore, startNode } from "./processes.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    connections: { type: "string", default: "8" },
    store: { type: "string" },
  },
});

const shapes = [
  { name: "4 of 2", features: references(4, 2) },
  { name: "50 of 5", features: references(50, 5) },
];
/** Requests a second of Feast's Python server 0.67 with 4 features of 2 views, at 1 and at 8 connections, on one core. */
const python = {
  sqlite: { 1: [637, 563], 10: [302, 304], 100: [77, 49] },
  redis: { 1: [613, 1146], 10: [239, 400], 100: [75, 61] },
};

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
  const server = await startNode("bench/servers/service.mjs", [project], { core: onCore.server });
  try {
    for (const [index, shape] of shapes.entries()) {
      for (const entities of [1, 10, 100]) {
        for (const way of ["expose", "step"]) {
          const figure = await measure(server, requestOf(server.url, way, index, shape.features, entities));
          printRow({ store, shape: shape.name, entities, way, ...figure });
        }
      }
    }
  } finally {
    await server.stop();
    await redis?.stop();
  }
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

function requestOf(url, way, index, features, entities) {
  const ids = Array.from({ length: entities }, (_, each) => each * 7);
  if (way === "step") {
    const body = JSON.stringify({ rows: ids.map((id) => ({ customer_id: id })) });
    return { url: `${url}/orchestrator/read/${index}`, body };
  }
  const body = JSON.stringify({ features, entities: { customer_id: ids }, full_feature_names: true });
  return { url: `${url}/orchestrator/feast/default/get-online-features`, body };
}

async function measure(server, { url, body }) {
  const reply = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  const text = await reply.text();
  if (reply.status !== 200 || text.includes("null"))
    throw new Error(`${url}: ${reply.status} ${text.slice(0, 300)}`);
  await load(url, body, 1, values.connections);
  const before = server.cpuSeconds();
  const many = await load(url, body, values.seconds, values.connections);
  const used = before === undefined ? undefined : server.cpuSeconds() - before;
  const one = await load(url, body, Math.min(2, values.seconds), 1);
  if (many.non2xx + many.errors > 0) throw new Error(`${many.non2xx} bad replies of ${url}`);
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

function load(url, body, seconds, connections) {
  const command = [
    process.execPath,
    "node_modules/autocannon/autocannon.js",
    ...["--json", "-m", "POST", "-H", "content-type=application/json", "-b", body],
    ...["-c", String(connections), "-d", String(seconds), url],
  ];
  const [program, ...args] = isPinned ? ["taskset", "-c", String(onCore.load), ...command] : command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let printed = "";
  child.stdout.on("data", (data) => (printed += data));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(JSON.parse(printed)));
  });
}

async function startRedis() {
  const port = await freePort();
  const command = ["redis-server", "--port", String(port), "--save", "", "--bind", "127.0.0.1"];
  const [program, ...args] = isPinned ? ["taskset", "-c", String(onCore.load), ...command] : command;
  const child = spawn(program, args, { stdio: "ignore" });
  await pause(500);
  return {
    port,
    async fill() {
      const { Redis } = await import("ioredis");
      const client = new Redis({ port, host: "127.0.0.1" });
      await fillRedis(client);
      client.disconnect();
    },
    stop: () => new Promise((resolve) => void child.once("exit", resolve) && child.kill()),
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
    `Node.js ${process.versions.node}, ${connections} connections, ${seconds} s; in brackets against Python at as many.\n`,
  );
  console.log(
    "| store | features | entities | through | requests/s | p50 ms | p99 ms | CPU µs | alone: requests/s | p99 ms |",
  );
  console.log("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
}

function printRow({ store, shape, entities, way, perSecond, p50, p99, cpu, alone, aloneP99 }) {
  const [one, eight] = shape === "4 of 2" ? python[store][entities] : [];
  const rate = against(perSecond, values.connections === "8" ? eight : undefined);
  const cells = [rate, p50, p99, cpu === undefined ? "–" : Math.round(cpu), against(alone, one), aloneP99];
  console.log(`| ${[store, shape, entities, way, ...cells].join(" | ")} |`);
}

function against(ours, theirs) {
  return `${Math.round(ours)}${theirs === undefined ? "" : ` (${(ours / theirs).toFixed(1)})`}`;
}
