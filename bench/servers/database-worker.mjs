import { parentPort, workerData } from "node:worker_threads";
import { openDatabase } from "./queries.mjs";

const query = await openDatabase(workerData);

parentPort.on("message", (batch) => {
  parentPort.postMessage(batch.map(([id, name, values]) => [id, query(name, values)]));
});
