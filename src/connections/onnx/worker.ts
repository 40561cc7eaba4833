import { parentPort, workerData } from "node:worker_threads";
import { loadFault, runFault } from "./fault.js";
import {
  workingSlot,
  type FromWorker,
  type Measured,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.js";
import { Session } from "./session.js";

/** The thread: loads its model, then runs one call after another. */
const port = parentPort!;
const { content, intraOpThreads, sample, fetches, measures, states } = workerData as WorkerSettings;

const loading = load();

port.on("message", (message: ToWorker) => {
  if (message.kind === "run") void loading.then((session) => session && run(session, message));
  else void loading.then(stop);
});

async function load(): Promise<Session | undefined> {
  const beganMs = performance.now();
  try {
    const session = await Session.load(content, intraOpThreads);
    const loadMs = performance.now() - beganMs;
    const slowRunMs = await warmUp(session);
    tell({ kind: "ready", measured: { loadMs, slowRunMs } });
    return session;
  } catch (error) {
    tell({ kind: "unusable", fault: loadFault(error) });
    return undefined;
  }
}

const warmUpRuns = 5;
const measuredRuns = 20;

/** The first runs of a session are slower. A sample of zeros that the model refuses says nothing about real values. */
async function warmUp(session: Session): Promise<Measured["slowRunMs"]> {
  try {
    for (let count = measures ? warmUpRuns : 1; count > 0; count--) await session.run(sample, fetches);
    if (!measures) return undefined;
    const times: number[] = [];
    for (let count = 0; count < measuredRuns; count++) {
      const beganMs = performance.now();
      await session.run(sample, fetches);
      times.push(performance.now() - beganMs);
    }
    return times.sort((a, b) => a - b)[Math.floor(measuredRuns * 0.9)];
  } catch {
    return undefined;
  }
}

async function run(session: Session, { feeds, fetches }: Extract<ToWorker, { kind: "run" }>): Promise<void> {
  try {
    tell({ kind: "done", outputs: await session.run(feeds, fetches) });
  } catch (error) {
    tell({ kind: "failed", fault: runFault(error) });
  }
}

async function stop(session: Session | undefined): Promise<void> {
  try {
    await session?.release();
  } finally {
    port.close();
  }
}

/** Whatever is told, native code has been left. */
function tell(message: FromWorker): void {
  Atomics.store(states, workingSlot, 0);
  Atomics.notify(states, workingSlot);
  port.postMessage(message);
}
