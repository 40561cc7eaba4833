// Ends the process while a thread computes: `node end-in-mid-run.mjs MODEL`. Clean is an end with the code 3.
import { OnnxModel } from "../../../dist/connections/onnx/onnx-model.js";
import { nodeHost } from "../../../dist/host/node-host.js";

const model = await OnnxModel.open({
  path: process.argv[2],
  execution: "worker",
  workers: 1,
  intraOpThreads: 1,
  stripsZipMaps: true,
  clock: nodeHost().clock,
  misfit: () => undefined,
  log: () => undefined,
});
const size = { type: "int64", dims: [2], data: BigInt64Array.of(2000n, 2000n) };
const receiver = { succeed: () => undefined, fail: () => undefined };
model.run({ size }, ["sum"], 1, receiver);
setTimeout(() => process.exit(3), 50);
