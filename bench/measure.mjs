// Load on one server: checks one answer, warms up, then counts.
import { spawn } from "node:child_process";
import { isPinned, onCore } from "./processes.mjs";

const path = "/orchestrator/bench/DFW/LAX/outlook?hour=17&day_of_week=4";

export async function measure({ url, cpuSeconds }, { seconds, connections }) {
  await refuseWrongAnswers(url + path);
  await load(url + path, { seconds: Math.min(3, seconds), connections });
  const before = cpuSeconds();
  const { requests, latency, non2xx, errors } = await load(url + path, { seconds, connections });
  const used = before === undefined ? undefined : cpuSeconds() - before;
  if (non2xx + errors > 0) throw new Error(`${non2xx} bad replies and ${errors} errors from ${url}`);
  const cpuMicroseconds = used === undefined ? undefined : (used * 1e6) / requests.total;
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, cpuMicroseconds };
}

async function refuseWrongAnswers(url) {
  const reply = await fetch(url);
  const body = await reply.json();
  const isRight =
    reply.status === 200 &&
    body.origin.city === "Dallas-Fort Worth" &&
    body.destination.iata === "LAX" &&
    body.history.flights === 25 &&
    body.recent.length === 3 &&
    body.distance === 1235 &&
    body.traffic.departures === 1861 &&
    body.usual_delay === 11;
  if (!isRight) throw new Error(`${url} answers ${reply.status} ${JSON.stringify(body)}`);
}

/** In a process of its own, so that it can have a core of its own. */
export function load(url, { seconds, connections }) {
  const command = [
    process.execPath,
    "node_modules/autocannon/autocannon.js",
    ...["--json", "-c", String(connections), "-d", String(seconds), url],
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
