// `node bench/feast.mjs`: features from SQLite and Redis, through a step and through Feast's own protocol, after
// `npm run build`. The server has one core to itself; load and Redis share the next. With `--feast path/of/feast` the same
// load goes to Feast's own Python server first, on the same core and the same repository and after the same warm-up, and
// ours is compared with that. Requests a second are those of many connections, which keep either server busy all the time.
// Latency is measured apart from that, one request at a time: under full load it only says how many are waiting.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  exposedAt,
  freePort,
  hasRedis,
  protocolJob,
  runLoad,
  shapes,
  startPinned,
  startService,
  stepJob,
  withProject,
} from "./feast-project.mjs";
import { cpuSecondsOf, onCore } from "./processes.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    connections: { type: "string", default: "64" },
    requests: { type: "string", default: "300" },
    store: { type: "string" },
    entities: { type: "string", default: "1,10,100" },
    shape: { type: "string" },
    writes: { type: "string", default: "0" },
    feast: { type: "string" },
  },
});
const connections = Number(values.connections);
const counts = values.entities.split(",").map(Number);
const measuredShapes = shapes.filter(({ name }) => values.shape === undefined || values.shape === name);
/** Until the compiler has seen all there is: it runs on the core that is measured. */
const warmSeconds = 4;

printHead();
for (const store of ["sqlite", "redis"]) {
  if (values.store !== undefined && values.store !== store) continue;
  if (store === "redis" && !hasRedis()) console.log("redis-server is not installed: Redis is left out.");
  else await withProject(store, (project) => measureStore(store, project));
}

async function measureStore(store, project) {
  const writer = store === "sqlite" && values.writes !== "0" ? startWriter(project) : undefined;
  const theirs = values.feast === undefined ? new Map() : await measureFeast(join(project, "repo"), store);
  const server = await startService(project);
  const ways = {
    expose: (...kind) => protocolJob(exposedAt(server.url), ...kind),
    step: (...kind) => stepJob(server.url, ...kind),
  };
  try {
    for (const job of Object.values(ways)) await warmUp(job);
    for (const shape of measuredShapes) {
      for (const entities of counts) {
        for (const [way, job] of Object.entries(ways)) {
          const figures = await measure(job(shape, entities), server.cpuSeconds);
          printRow(
            { store, shape: shape.name, entities, way },
            figures,
            theirs.get(`${shape.name}/${entities}`),
          );
        }
      }
    }
  } finally {
    await server.stop();
    await writer?.stop();
  }
}

/** Another program that writes into the store meanwhile. */
function startWriter(project) {
  const file = join(project, "repo/data/online_store.db");
  return startPinned([process.execPath, "bench/commit-often.mjs", file, values.writes], {
    core: onCore.load,
  });
}

/** Feast's own server, on the core that ours has afterwards. */
async function measureFeast(repository, store) {
  const port = await freePort();
  const feast = startPinned(
    [values.feast, "-c", repository, "serve", "-h", "127.0.0.1", "-p", String(port), "--no-access-log"],
    { core: onCore.server, env: { FEAST_USAGE: "False" } },
  );
  const found = new Map();
  try {
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/health`).catch(() => undefined))?.ok) await pause(200);
    // Its workers are replaced after so many requests, and their connections end with them.
    const job = (...kind) => ({ ...protocolJob(url, ...kind), mayReset: true });
    await warmUp(job);
    for (const shape of measuredShapes) {
      for (const entities of counts) {
        const figures = await measure(job(shape, entities), () => cpuSecondsOf(feast.process.pid));
        found.set(`${shape.name}/${entities}`, figures);
        printRow({ store, shape: shape.name, entities, way: "Feast" }, figures);
      }
    }
  } finally {
    await feast.stop();
  }
  return found;
}

function warmUp(job) {
  return saturate(job(measuredShapes[0], 10), warmSeconds);
}

async function measure(job, cpuSeconds) {
  await checkAnswer(job);
  const seconds = Number(values.seconds);
  const warm = await saturate(job, seconds / 2);
  const before = cpuSeconds();
  const { perSecond, replies } = await load(job, warm.perSecond * seconds);
  const cpu = before === undefined ? NaN : ((cpuSeconds() - before) * 1e6) / replies;
  const paced = { targets: [job], requests: Number(values.requests), pauseMs: 0 };
  const [latency] = await runLoad("bench/paced-load.mjs", paced);
  return { perSecond, cpu, ...latency };
}

/** For about so many seconds: how quick the server is shows with the first replies. */
async function saturate(job, seconds) {
  const first = await load(job, connections);
  const second = await load(job, (first.perSecond * seconds) / 4);
  return load(job, second.perSecond * seconds);
}

async function load(job, replies) {
  const amount = connections + Math.max(connections, Math.round(replies));
  const found = await runLoad("bench/bodies-load.mjs", { ...job, connections, amount });
  const { non2xx, errors } = found;
  if (non2xx > 0 || (errors > 0 && job.mayReset !== true))
    throw new Error(`${non2xx} bad replies of ${job.url}, ${errors} errors`);
  return found;
}

async function checkAnswer({ url, bodies }) {
  const headers = { "content-type": "application/json" };
  const reply = await fetch(url, { method: "POST", body: bodies[0], headers });
  const answer = await reply.text();
  if (reply.status !== 200 || answer.includes("null"))
    throw new Error(`${url}: ${reply.status} ${answer.slice(0, 300)}`);
}

function printHead() {
  console.log(
    `Node.js ${process.versions.node}. Requests a second: ${connections} connections, ${values.seconds} s. Latency: one connection.\n` +
      "In brackets, against Feast's own server: times the requests, times less work of the processor, share of the time.\n",
  );
  console.log("| store | features | entities | through | requests/s | CPU µs | p50 ms | p99 ms |");
  console.log("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |");
}

function printRow({ store, shape, entities, way }, { perSecond, cpu, p50, p99 }, theirs) {
  const rate = against(Math.round(perSecond), perSecond / theirs?.perSecond);
  const latency = [
    against((p50 / 1_000).toFixed(2), p50 / theirs?.p50),
    against((p99 / 1_000).toFixed(2), p99 / theirs?.p99),
  ];
  const cells = [store, shape, entities, way, rate, against(Math.round(cpu), theirs?.cpu / cpu), ...latency];
  console.log(`| ${cells.join(" | ")} |`);
}

function against(shown, ratio) {
  return Number.isNaN(ratio) ? shown : `${shown} (${ratio < 1 ? ratio.toFixed(2) : ratio.toFixed(1)})`;
}
