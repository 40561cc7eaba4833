import { maxBatch } from "./protocol.js";

/** The place in a thread's shared numbers that is 1 while it works on a batch. */
export const workingSlot = maxBatch;

const patienceMs = 5_000;
const threads = new Set<Int32Array>();

/**
 * Keeps the end of the process clean. Node ends threads by force then, which in mid-query aborts the process; it
 * would wait for the query anyhow, so this waits first. A query that takes longer is cut off with the process:
 * nothing is lost by that, since SQLite keeps either all of a change or nothing.
 */
export function guardExit(states: Int32Array): () => void {
  if (threads.size === 0) process.on("exit", waitForThreads);
  threads.add(states);
  return () => {
    threads.delete(states);
    if (threads.size === 0) process.off("exit", waitForThreads);
  };
}

function waitForThreads(): void {
  const endsMs = performance.now() + patienceMs;
  for (const states of threads) {
    const found = Atomics.wait(states, workingSlot, 1, Math.max(0, endsMs - performance.now()));
    if (found === "timed-out") process.kill(process.pid, "SIGKILL");
  }
}
