// `node bench/overload.mjs`, after `npm run build`: five times as many requests as the service can answer, with and
// without `server.overload`. The service has one core to itself; the load shares the next with the API that it asks.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isPinned, onCore, startNode } from "./processes.mjs";
import { prepareProject } from "./project.mjs";
import { measure as measureCapacity } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    times: { type: "string", default: "5" },
    connections: { type: "string", default: "512" },
    limit: { type: "string", default: "64" },
  },
});
const path = "/orchestrator/bench/DFW/LAX/outlook?hour=17&day_of_week=4";
const folder = mkdtempSync(join(tmpdir(), "bench-overload-"));

try {
  const project = prepareProject(folder);
  const traffic = await startNode("bench/traffic.mjs", [project], { core: onCore.load });
  const plain = readFileSync(`${project}/config/config.yaml`, "utf8");
  const { perSecond: capacity } = await withServer(plain, traffic, (server) =>
    measureCapacity(server, { seconds: Number(values.seconds), connections: 32 }),
  );
  console.log(`Capacity: ${Math.round(capacity)} requests a second over 32 connections.`);
  const offered = capacity * Number(values.times);
  const limits = `overload: { max_in_flight: ${values.limit}, max_event_loop_delay: 100ms }`;
  const limited = plain.replace(/^server:\n/m, `server:\n  ${limits}\n`);
  if (limited === plain) throw new Error("The demo's config.yaml has no `server:`.");
  await offer("without limits", plain, traffic, offered, capacity);
  await offer(limits, limited, traffic, offered, capacity);
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

function offer(name, config, traffic, rate, capacity) {
  return withServer(config, traffic, async ({ url, memoryBytes }) => {
    await load(url + path, 300, 32, 2);
    const before = memoryBytes();
    const { offered, unanswered, replies } = await load(url + path, rate, values.connections);
    const good = replies.find(({ status }) => status === "200")?.perSecond ?? 0;
    const share = Math.round((good / capacity) * 100);
    console.log(
      `\n${name}: offered ${Math.round(offered)} a second, answered ${Math.round(good)}: ${share} % of capacity`,
    );
    for (const { status, perSecond, p50, p99 } of replies)
      console.log(
        `  ${status}: ${Math.round(perSecond)} a second, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      );
    console.log(
      `  not answered at the end: ${unanswered}; memory: ${mb(before)} before, ${mb(memoryBytes())} after`,
    );
  });
}

function load(url, rate, connections, seconds = values.seconds) {
  const args = ["bench/offered-load.mjs", url, rate, seconds, connections].map(String);
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
