// A thread that answers single runs with nothing, and ends by itself in the first run of a longer batch: as one does
// that has no memory left.
import { parentPort, workerData } from "node:worker_threads";

const begunSlot = 1;
parentPort.postMessage({ kind: "ready", measured: { loadMs: 0, slowRunMs: undefined } });
parentPort.on("message", ({ kind, runs }) => {
  if (kind === "close") return parentPort.close();
  Atomics.add(workerData.states, begunSlot, 1);
  if (runs.length > 1) process.exit(1);
  parentPort.postMessage({ kind: "done", answers: [[]], tookMs: 0 });
});
