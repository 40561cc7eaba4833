// `node bench/overload.mjs`, after `npm run build`: five times as many requests as the service can answer, with and
// without `server.overload`. The service has one core to itself; the load shares the next with the API that it asks.
// Rounds, because a machine is not as fast at every moment: what counts is the share of the same round's capacity.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isPinned, onCore, startNode } from "./processes.mjs";
import { prepareProject } from "./project.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
    times: { type: "string", default: "5" },
    connections: { type: "string", default: "512" },
    limit: { type: "string", default: "64" },
  },
});
const path = "/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4";
const seconds = Number(values.seconds);
const folder = mkdtempSync(join(tmpdir(), "bench-overload-"));

try {
  const project = prepareProject(folder);
  const traffic = await startNode("bench/traffic.mjs", [project], { core: onCore.load });
  const plain = readFileSync(`${project}/config/config.yaml`, "utf8");
  const limits = `overload: { max_in_flight: ${values.limit}, max_event_loop_delay: 100ms }`;
  const limited = plain.replace(/^server:\n/m, `server:\n  ${limits}\n`);
  if (limited === plain) throw new Error("The demo's config.yaml has no `server:`.");
  const shares = { "without limits": [], [limits]: [] };
  for (let round = 1; round <= Number(values.rounds); round++) {
    const capacity = await capacityOf(plain, traffic);
    console.log(`\nRound ${round}: ${Math.round(capacity)} requests a second over 32 connections.`);
    const rate = capacity * Number(values.times);
    shares["without limits"].push(await offer("without limits", plain, traffic, rate, capacity));
    shares[limits].push(await offer(limits, limited, traffic, rate, capacity));
  }
  for (const [name, each] of Object.entries(shares))
    console.log(`\n${name}: ${percent(median(each))} of capacity answered, the median of ${each.length}.`);
  await traffic.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function withServer(config, traffic, run) {
  writeFileSync(join(folder, "config/config.yaml"), config);
  const env = { TRAFFIC_API_URL: traffic.url, ADMIN_PORT: "0" };
  const server = await startNode("bench/servers/service.mjs", [folder, "metered"], {
    core: onCore.server,
    env,
  });
  try {
    return await run(server);
  } finally {
    await server.stop();
  }
}

/** As many as it answers when nobody asks faster than it answers. */
function capacityOf(config, traffic) {
  return withServer(config, traffic, async ({ url }) => {
    await load(url + path, 300, 32, 2);
    const { replies } = await load(url + path, "all", 32);
    return goodOf(replies);
  });
}

/** Answers which share of the capacity was answered well. */
function offer(name, config, traffic, rate, capacity) {
  return withServer(config, traffic, async ({ url, memoryBytes }) => {
    await load(url + path, 300, 32, 2);
    const before = memoryBytes();
    const { offered, unanswered, replies } = await load(url + path, rate, values.connections);
    const good = goodOf(replies);
    console.log(
      `${name}: offered ${Math.round(offered)} a second, answered ${Math.round(good)}: ${percent(good / capacity)} of capacity`,
    );
    for (const { status, perSecond, p50, p99 } of replies)
      console.log(
        `  ${status}: ${Math.round(perSecond)} a second, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      );
    console.log(
      `  not answered at the end: ${unanswered}; memory: ${mb(before)} before, ${mb(memoryBytes())} after`,
    );
    return good / capacity;
  });
}

function goodOf(replies) {
  return replies.find(({ status }) => status === "200")?.perSecond ?? 0;
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function load(url, rate, connections, forSeconds = seconds) {
  const args = ["bench/offered-load.mjs", url, rate, forSeconds, connections].map(String);
  const command = [process.execPath, ...args];
  const [program, ...rest] = isPinned ? ["taskset", "-c", String(onCore.load), ...command] : command;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (data) => (printed += data));
  return new Promise((resolve) => child.once("close", () => resolve(JSON.parse(printed))));
}

function mb(bytes) {
  return bytes === undefined ? "unknown" : `${Math.round(bytes / 1_048_576)} MB`;
}
