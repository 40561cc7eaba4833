const patienceMs = 5_000;

interface Guarded {
  readonly states: Int32Array;
  readonly slot: number;
}

const threads = new Set<Guarded>();

/**
 * Keeps the end of the process clean. `states[slot]` is 1 while a thread is in native code, and notified when it
 * leaves. Node ends threads by force when the process exits, which aborts it where one is in native code, and would
 * wait for the work anyhow; so this waits first. Work that takes longer is cut off with the process.
 */
export function guardExit(states: Int32Array, slot: number): () => void {
  const guarded = { states, slot };
  if (threads.size === 0) process.on("exit", waitForThreads);
  threads.add(guarded);
  return () => {
    threads.delete(guarded);
    if (threads.size === 0) process.off("exit", waitForThreads);
  };
}

function waitForThreads(): void {
  const endsMs = performance.now() + patienceMs;
  for (const { states, slot } of threads) {
    const found = Atomics.wait(states, slot, 1, Math.max(0, endsMs - performance.now()));
    if (found === "timed-out") process.kill(process.pid, "SIGKILL");
  }
}
