import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Tensor } from "../../../src/connections/onnx/element-type.js";
import type { RunFault } from "../../../src/connections/onnx/protocol.js";
import { SessionPool } from "../../../src/connections/onnx/session-pool.js";
import { SessionThread } from "../../../src/connections/onnx/session-thread.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { modelPath, recorded, tensorOf } from "./onnx-fixture.js";

const bytes = readFileSync(modelPath("regressor"));
const model = new SharedArrayBuffer(bytes.length);
new Uint8Array(model).set(bytes);
const settings = {
  content: { model, weights: [] },
  intraOpThreads: 1,
  sample: {},
  fetches: [],
  measures: false,
};
const dying = new URL("dying-thread.mjs", import.meta.url);
const counting = new URL("counting-thread.mjs", import.meta.url);

const [one] = recorded("regressor").cases;
const answer = one!.outputs!["variable"]!.data[0] as number;

/** A pool whose first thread is the one that `script` is. */
async function poolWith(script: URL, size: number) {
  const deaths: string[] = [];
  let made = 0;
  const pool = new SessionPool({
    size,
    maxQueued: 10,
    clock: nodeHost().clock,
    makeThread: (events) => new SessionThread(settings, events, made++ === 0 ? script : undefined),
    onSetAside: () => undefined,
    onDeath: ({ message }) => deaths.push(message),
  });
  await pool.start();
  const run = () =>
    new Promise<readonly Tensor[]>((resolve, reject: (fault: RunFault) => void) => {
      const feeds = { features: tensorOf(one!.feeds["features"]!) };
      pool.run(feeds, ["variable"], { succeed: resolve, fail: reject });
    });
  return { pool, run, deaths };
}

test("a thread that dies fails its own run, and is replaced", async () => {
  const { pool, run, deaths } = await poolWith(dying, 1);
  expect(await run()).toEqual([]);
  const [first, second, third] = await Promise.allSettled([run(), run(), run()]);
  expect(first).toEqual({ status: "fulfilled", value: [] });
  expect(second).toEqual({
    status: "rejected",
    reason: { kind: "lost", message: "the thread ended by itself" },
  });
  expect(third).toMatchObject({ status: "rejected", reason: { kind: "lost", wasSent: false } });
  expect(deaths).toEqual(["the thread ended by itself"]);
  expect((await run())[0]!.data[0]).toBeCloseTo(answer, 5);
  await pool.close(0);
  await expect(run()).rejects.toMatchObject({ kind: "cancelled" });
});

test("what it had not begun, another thread runs", async () => {
  const { pool, run, deaths } = await poolWith(dying, 2);
  const outcomes: PromiseSettledResult<unknown>[] = [];
  // Which thread gets how many of them is a matter of who is faster.
  while (deaths.length === 0) outcomes.push(...(await Promise.allSettled(Array.from({ length: 8 }, run))));
  const lost = outcomes.filter(({ status }) => status === "rejected");
  expect(deaths).toEqual(["the thread ended by itself"]);
  expect(lost).toMatchObject([{ reason: { kind: "lost" } }]);
  await pool.close(0);
});

test("a batch whose answers are on their way is not run again, however late they are read", async () => {
  const { pool, run } = await poolWith(counting, 1);
  const countOf = ([tensor]: readonly Tensor[]) => tensor!.data[0];
  await run();
  const first = run();
  const others = [run(), run(), run()];
  expect(countOf(await first)).toBe(2);
  // What waits in the next turn is a timer first, then the thread's message.
  await new Promise((resolve) => setImmediate(resolve));
  const untilMs = performance.now() + 50;
  while (performance.now() < untilMs);
  expect((await Promise.all(others)).map(countOf)).toEqual([3, 4, 5]);
  expect(countOf(await run())).toBe(6);
  await pool.close(0);
});
