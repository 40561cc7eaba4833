// A thread that is ready, and ends by itself at its first run: as one does that has no memory left.
import { parentPort } from "node:worker_threads";

parentPort.postMessage({ kind: "ready", measured: { loadMs: 0, slowRunMs: undefined } });
parentPort.on("message", ({ kind }) => {
  if (kind === "run") process.exit(1);
  parentPort.close();
});
