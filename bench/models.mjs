// `node bench/models.mjs` after a build: the demo's model, asked by 64 callers at a time, and how long the event loop had
// to wait meanwhile. `--callers`, `--seconds` and `--execution worker|inline|auto` choose otherwise.
import { fileURLToPath } from "node:url";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { OnnxModel } from "../dist/connections/onnx/onnx-model.js";
import { nodeHost } from "../dist/host/node-host.js";

const { values } = parseArgs({
  options: {
    callers: { type: "string", default: "64" },
    seconds: { type: "string", default: "5" },
    workers: { type: "string", default: "1" },
    execution: { type: "string", default: "worker" },
  },
});

const model = await OnnxModel.open({
  path: fileURLToPath(new URL("../templates/demo/models/delay-risk.onnx", import.meta.url)),
  execution: values.execution,
  workers: Number(values.workers),
  intraOpThreads: 1,
  stripsZipMaps: true,
  clock: nodeHost().clock,
  misfit: () => undefined,
  log: console.error,
});
const names = model.loaded.file.inputs;
const zeros = { float32: () => new Float32Array(1), int64: () => new BigInt64Array(1) };
const ask = () =>
  new Promise((succeed, fail) => {
    const feeds = Object.fromEntries(
      names.map(({ name, type }) => [name, { type, dims: [1, 1], data: zeros[type]() }]),
    );
    model.run(feeds, ["label", "probabilities"], 1, { succeed, fail });
  });

await ask();
const delay = monitorEventLoopDelay({ resolution: 1 });
const times = [];
const endsMs = performance.now() + Number(values.seconds) * 1_000;
delay.enable();
await Promise.all(
  Array.from({ length: Number(values.callers) }, async () => {
    while (performance.now() < endsMs) {
      const beganMs = performance.now();
      await ask();
      times.push(performance.now() - beganMs);
    }
  }),
);
delay.disable();
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(times.length * share)].toFixed(2);
console.log(`${values.execution}, ${values.workers} threads, ${values.callers} callers`);
console.log(`predictions a second  ${Math.round(times.length / Number(values.seconds))}`);
console.log(`a prediction          p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
console.log(
  `event loop's delay    p99 ${(delay.percentile(99) / 1e6).toFixed(2)} ms, largest ${(delay.max / 1e6).toFixed(2)} ms`,
);
await model.close();
