import type { Worker } from "node:cluster";
import type { RequestCounts } from "../limits/request-counts.js";
import type { Counted, CountRequests } from "./count-messages.js";

/** Counts in the parent what a worker asks for, in one table for all workers. */
export function countForWorker(worker: Worker, counts: RequestCounts): void {
  worker.on("message", ({ kind, batch, requests }: CountRequests) => {
    if (kind !== "count") return;
    const standings = requests.map((request) => counts.take(request));
    const counted: Counted = { kind: "counted", batch, standings };
    // One that has ended meanwhile needs no answer.
    worker.send(counted, () => undefined);
  });
}
