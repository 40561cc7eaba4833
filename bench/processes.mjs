// Child processes that print the URL they serve, each on a core of its own where `taskset` exists.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const canPin = spawnSync("taskset", ["--version"]).status === 0 && availableParallelism() > 1;

/** The server has one core to itself; the load and the other side's API share the next. */
export const onCore = { server: 0, load: 1 };
export const isPinned = canPin;

/** Starts a script of this repository and waits for the URL that it prints. */
export async function startNode(file, args, { core, env = {} }) {
  const command = [process.execPath, file, ...args];
  const [program, ...rest] = canPin ? ["taskset", "-c", String(core), ...command] : command;
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    url: await printedUrl(child, ended, file),
    cpuSeconds: () => cpuSecondsOf(child.pid),
    memoryBytes: () => memoryBytesOf(child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What a process and those below it, also ended ones, have used of the processor; `undefined` where the system does not say. */
export function cpuSecondsOf(root) {
  if (process.platform !== "linux") return undefined;
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const family = new Set([root]);
  let ticks = 0;
  for (const pid of ids.map(Number).sort((a, b) => a - b)) {
    const fields = statOf(pid);
    if (fields === undefined || !(family.has(pid) || family.has(Number(fields[1])))) continue;
    family.add(pid);
    for (const used of fields.slice(11, 15)) ticks += Number(used);
  }
  const ticksPerSecond = 100;
  return ticks / ticksPerSecond;
}

/** The fields behind the name; `undefined` for a process that has ended meanwhile. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  } catch {
    return undefined;
  }
}

/** Resident memory of a process; `undefined` where the system does not say. */
function memoryBytesOf(pid) {
  if (process.platform !== "linux") return undefined;
  const pageBytes = 4096;
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageBytes;
}

function printedUrl(child, ended, file) {
  let printed = "";
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => {
      printed += data;
      const url = /http:\/\/\S+/.exec(printed)?.[0];
      if (url !== undefined) resolve(url);
    });
    void ended.then((code) => reject(new Error(`${file} ended with ${code} before it served`)));
  });
}
