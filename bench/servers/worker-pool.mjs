// SQLite off the event loop: one worker, the messages of a tick sent together.
import { Worker } from "node:worker_threads";

/** Answers `query(name, values)`, which gives a promise. */
export function openWorker(project) {
  const worker = new Worker(new URL("./database-worker.mjs", import.meta.url), { workerData: project });
  const waiting = new Map();
  let batch = [];
  let last = 0;
  worker.on("message", (replies) => {
    for (const [id, value] of replies) {
      waiting.get(id)(value);
      waiting.delete(id);
    }
  });
  return (name, values) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      if (batch.push([last, name, values]) > 1) return;
      queueMicrotask(() => {
        worker.postMessage(batch);
        batch = [];
      });
    });
}
