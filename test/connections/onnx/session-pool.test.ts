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

test("a thread that dies fails its own call, and is replaced", async () => {
  const deaths: string[] = [];
  let made = 0;
  const pool = new SessionPool({
    size: 1,
    maxQueued: 10,
    clock: nodeHost().clock,
    makeThread: (events) => new SessionThread(settings, events, made++ === 0 ? dying : undefined),
    onSetAside: () => undefined,
    onDeath: ({ message }) => deaths.push(message),
  });
  await pool.start();
  const [one] = recorded("regressor").cases;
  const feeds = { features: tensorOf(one!.feeds["features"]!) };
  const run = () =>
    new Promise<readonly Tensor[]>((resolve, reject: (fault: RunFault) => void) => {
      pool.run(feeds, ["variable"], { succeed: resolve, fail: reject });
    });
  await expect(run()).rejects.toEqual({ kind: "lost", message: "the thread ended by itself" });
  expect(deaths).toEqual(["the thread ended by itself"]);
  const [answer] = await run();
  expect(answer!.data[0]).toBeCloseTo(one!.outputs!["variable"]!.data[0] as number, 5);
  await pool.close(0);
  await expect(run()).rejects.toMatchObject({ kind: "cancelled" });
});
