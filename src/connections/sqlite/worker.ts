import { parentPort, workerData } from "node:worker_threads";
import { DriverMissing, loadDriver } from "./driver.js";
import { faultOf } from "./fault.js";
import { InitError } from "./init-error.js";
import {
  CallState,
  type FromWorker,
  type Reply,
  type StartFault,
  type ToWorker,
  type WorkerSettings,
  workingSlot,
} from "./protocol.js";
import { Session } from "./session.js";

/** The thread: waits for batches, runs their calls one after another, and hands the answers back together. */
const port = parentPort!;
const settings = workerData as WorkerSettings;
const flushAfterMs = settings.role === "writer" ? 0 : 1;

let session: Session | undefined;
const fault = await start();
send({ kind: "ready", fault });

port.on("message", (message: ToWorker) => {
  if (message.kind === "batch") runBatch(message);
  else stop();
});

async function start(): Promise<StartFault | undefined> {
  try {
    const initialise = settings.init && (await import("./initialise.js")).initialise;
    session = new Session(loadDriver(), settings, initialise);
    if (settings.role === "writer") session.create();
    return undefined;
  } catch (error) {
    if (error instanceof DriverMissing) return { kind: "driver", reason: error.message };
    session?.close();
    if (error instanceof InitError)
      return { kind: "init", file: error.file, line: error.line, reason: error.message };
    return { kind: "unreachable", message: faultOf(error).message };
  }
}

function runBatch({ definitions, calls }: Extract<ToWorker, { kind: "batch" }>): void {
  for (const [number, statement] of definitions) session!.define(number, statement);
  const refused = refuse();
  let replies: Reply[] = [];
  let flushedAtMs = performance.now();
  for (let position = 0; position < calls.length; position++) {
    const before = Atomics.compareExchange(settings.states, position, CallState.waiting, CallState.claimed);
    if (before !== CallState.waiting) continue;
    replies.push(refused ? [position, null, refused] : runCall(position, calls[position]!));
    const nowMs = performance.now();
    if (nowMs - flushedAtMs < flushAfterMs) continue;
    send({ kind: "replies", replies, isLast: false });
    replies = [];
    flushedAtMs = nowMs;
  }
  send({ kind: "replies", replies, isLast: true });
  Atomics.store(settings.states, workingSlot, 0);
  Atomics.notify(settings.states, workingSlot);
}

function refuse(): Reply[2] {
  try {
    session!.refresh();
    return undefined;
  } catch (error) {
    return { ...faultOf(error), wasSent: false };
  }
}

function runCall(
  position: number,
  [number, values]: Extract<ToWorker, { kind: "batch" }>["calls"][number],
): Reply {
  try {
    return [position, session!.runner(number)(values)];
  } catch (error) {
    session!.forget(number);
    return [position, null, faultOf(error)];
  }
}

function stop(): void {
  try {
    session?.close();
  } finally {
    port.close();
  }
}

function send(message: FromWorker): void {
  port.postMessage(message);
}
