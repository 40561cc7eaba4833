import { parentPort, workerData } from "node:worker_threads";
import type { Tensor } from "./element-type.js";
import { loadFault, runFault } from "./fault.js";
import { packTensors, unpackTensors } from "./packed-tensors.js";
import {
  begunSlot,
  workingSlot,
  type FromWorker,
  type Measured,
  type RunAnswer,
  type SentRun,
  type ToWorker,
  type WorkerSettings,
} from "./protocol.js";
import { Session } from "./session.js";

/** The thread: loads its model, then takes batches, and runs the calls of each one after another. */
const port = parentPort!;
const { content, intraOpThreads, sample, fetches, measures, states } = workerData as WorkerSettings;

const loading = load();

port.on("message", (message: ToWorker) => {
  if (message.kind === "batch") void loading.then((session) => session && runBatch(session, message.runs));
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

async function runBatch(session: Session, runs: readonly SentRun[]): Promise<void> {
  const answers: RunAnswer[] = [];
  const beganMs = performance.now();
  while (Atomics.add(states, begunSlot, 1) < runs.length)
    answers.push(await answerOf(session, runs[answers.length]!));
  tell({ kind: "done", answers, tookMs: performance.now() - beganMs });
}

async function answerOf(session: Session, { names, inputs, fetches }: SentRun): Promise<RunAnswer> {
  try {
    const feeds: Record<string, Tensor> = {};
    for (const [index, tensor] of unpackTensors(inputs).entries()) feeds[names[index]!] = tensor;
    return packTensors(await session.run(feeds, fetches));
  } catch (error) {
    return runFault(error);
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
