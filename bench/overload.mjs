// `node bench/overload.mjs`, after `npm run build`: five times as many requests as the service can answer, with
// `server.overload` and, for comparison, without. The service has one core to itself; the load shares the next with the
// API that it asks. The capacity is measured again right before each turn of overload, in the same process, because a
// machine is not as fast at every moment: what counts is the median of the turns' shares.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isPinned, onCore, startNode } from "./processes.mjs";
import { prepareProject } from "./project.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "10" },
    times: { type: "string", default: "5" },
    connections: { type: "string", default: "512" },
    limit: { type: "string", default: "64" },
  },
});
/** Until Node.js has compiled what it will: for as long it shares the core with the service, and stops it now and then. */
const warmingRounds = 6;
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
  await withServer(limited, traffic, (server) => measure(limits, server, Number(values.rounds)));
  await withServer(plain, traffic, (server) => measure("without limits", server, 1));
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

/** Turns of as many requests as the service can answer, `limit` at a time, and of so many times more. */
async function measure(name, { url, memoryBytes }, rounds) {
  console.log(`\n${name}`);
  const turns = [];
  let before;
  for (let round = -warmingRounds; round < rounds; round++) {
    if (round === 0) before = memoryBytes();
    const capacity = goodOf((await load(url + path, "all", values.limit)).replies);
    const { offered, unanswered, replies } = await load(
      url + path,
      capacity * Number(values.times),
      values.connections,
    );
    if (round < 0) continue;
    turns.push(goodOf(replies) / capacity);
    console.log(
      `  ${Math.round(capacity)} a second at most; of ${Math.round(offered)}: ` +
        `${replies.map(shown).join("; ")}; no answer at the end: ${unanswered}`,
    );
  }
  const [low, middle, high] = [0, 0.5, 1].map((part) => percent(at(turns, part)));
  console.log(
    `  Answered: ${middle} of the capacity, the median of ${turns.length} (${low} to ${high}). ` +
      `Memory: ${mb(before)} before, ${mb(memoryBytes())} after.`,
  );
}

function shown({ status, perSecond, p50, p99 }) {
  return `${Math.round(perSecond)} got ${status}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

function goodOf(replies) {
  return replies.find(({ status }) => status === "200")?.perSecond ?? 0;
}

function at(numbers, part) {
  return [...numbers].sort((a, b) => a - b)[Math.round((numbers.length - 1) * part)];
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
