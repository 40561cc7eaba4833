// The demo's model with onnxruntime-node alone. As a thread it either runs one prediction after another for some seconds,
// or answers each message with one.
import { readFileSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readModelFile } from "../dist/connections/onnx/model-file.js";
import { stripZipMaps } from "../dist/connections/onnx/strip-zip-maps.js";

export const modelPath = new URL("../templates/demo/models/delay-risk.onnx", import.meta.url).pathname;
export const outputs = ["label", "probabilities"];
const bytes = readFileSync(modelPath);
const { inputs, ...file } = readModelFile(bytes);
const arrays = { float32: Float32Array, int64: BigInt64Array };

/** Arrays of one row of zeros, made anew for each prediction, as everybody has to. */
export const newRow = () =>
  Object.fromEntries(
    inputs.map(({ name, type }) => [name, { type, dims: [1, 1], data: new arrays[type](1) }]),
  );

export const openByHand = () =>
  InferenceSession.create(stripZipMaps(bytes, { ...file, inputs }), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });

export function runByHand(session, row) {
  const feeds = {};
  for (const name in row) feeds[name] = new Tensor(row[name].type, row[name].data, row[name].dims);
  return session.run(feeds, outputs);
}

/** Microseconds of all threads. */
export function cpuSince(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** One after another. */
export async function loopByHand(seconds) {
  const session = await openByHand();
  for (let warmUp = 0; warmUp < 200; warmUp++) await runByHand(session, newRow());
  const before = process.cpuUsage();
  const beganMs = performance.now();
  let count = 0;
  while (performance.now() < beganMs + seconds * 1_000) {
    await runByHand(session, newRow());
    count++;
  }
  return { perSecond: (count * 1_000) / (performance.now() - beganMs), cpu: cpuSince(before) / count };
}

if (!isMainThread && workerData.loopsFor !== undefined) {
  parentPort.postMessage(await loopByHand(workerData.loopsFor));
} else if (!isMainThread) {
  const session = await openByHand();
  parentPort.on("message", async ({ id, row }) => {
    const { label, probabilities } = await runByHand(session, row);
    parentPort.postMessage({ id, label: label.data, probabilities: probabilities.data });
  });
}
