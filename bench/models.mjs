// `node bench/models.mjs` after a build: the demo's model, asked by hand and through this service, on one thread.
// `--callers`, `--seconds`, `--workers` and `--only` choose otherwise.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { OnnxModel } from "../dist/connections/onnx/onnx-model.js";
import { nodeHost } from "../dist/host/node-host.js";
import { cpuSince, loopByHand, modelPath, newRow, outputs } from "./model-by-hand.mjs";

const { values } = parseArgs({
  options: {
    callers: { type: "string", default: "64" },
    seconds: { type: "string", default: "3" },
    workers: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const callers = Number(values.callers);
const seconds = Number(values.seconds);
const rows = {
  "by hand, one after another": () => loopByHand(seconds),
  "the same in a thread": loopInThread,
  "by hand, a message each": byMessages,
  worker: () => byService("worker"),
  auto: () => byService("auto"),
  inline: () => byService("inline"),
};

console.log(
  `Node.js ${process.versions.node}, ${callers} callers, ${values.workers} threads, ${seconds} s each.\n`,
);
console.log("In brackets: against one after another.\n");
console.log("| how | predictions/s | CPU µs each | p50 ms | p99 ms | event loop p99 ms, longest |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
let first;
for (const [name, measure] of Object.entries(rows)) {
  if (values.only !== undefined && first !== undefined && !values.only.split(",").includes(name)) continue;
  const figures = await measure();
  first ??= figures;
  const cells = [
    `${Math.round(figures.perSecond)} (${(figures.perSecond / first.perSecond).toFixed(2)})`,
    `${Math.round(figures.cpu)} (${(figures.cpu / first.cpu).toFixed(2)})`,
    ...[figures.p50 ?? "–", figures.p99 ?? "–", figures.loop ?? "–"],
  ];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

function loopInThread() {
  const thread = threadByHand({ loopsFor: seconds });
  return new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
}

async function byMessages() {
  const thread = threadByHand({});
  const waiting = new Map();
  thread.on("message", ({ id, ...answer }) => {
    waiting.get(id)(answer);
    waiting.delete(id);
  });
  let asked = 0;
  const figures = await load(
    () =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve);
        thread.postMessage({ id: asked, row: newRow() });
      }),
  );
  await thread.terminate();
  return figures;
}

function threadByHand(workerData) {
  return new Worker(new URL("model-by-hand.mjs", import.meta.url), { workerData });
}

async function byService(execution) {
  const model = await OnnxModel.open({
    path: modelPath,
    execution,
    workers: Number(values.workers),
    intraOpThreads: 1,
    stripsZipMaps: true,
    clock: nodeHost().clock,
    misfit: () => undefined,
    log: console.error,
  });
  const figures = await load(
    () => new Promise((succeed, fail) => model.run(newRow(), outputs, 1, { succeed, fail })),
  );
  await model.close();
  return figures;
}

/** Asks with all callers at a time, each one question after another. */
async function load(ask) {
  for (let warmUp = 0; warmUp < 200; warmUp++) await ask();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times = [];
  const beganMs = performance.now();
  const before = process.cpuUsage();
  delay.enable();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < beganMs + seconds * 1_000) {
        const askedMs = performance.now();
        await ask();
        times.push(performance.now() - askedMs);
      }
    }),
  );
  delay.disable();
  const perSecond = (times.length * 1_000) / (performance.now() - beganMs);
  const cpu = cpuSince(before) / times.length;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
  const loop = `${(delay.percentile(99) / 1e6).toFixed(2)}, ${(delay.max / 1e6).toFixed(1)}`;
  return { perSecond, cpu, p50: at(0.5), p99: at(0.99), loop };
}
