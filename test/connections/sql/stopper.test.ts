import { expect, test } from "vitest";
import type { QuerySession } from "../../../src/connections/sql/query-session.js";
import { SessionPool } from "../../../src/connections/sql/session-pool.js";
import { Stopper } from "../../../src/connections/sql/stopper.js";
import { settled, VirtualClock } from "../../engine/virtual-clock.js";

class StagedSession implements QuerySession<never, never> {
  isUsable = true;
  onLost: (() => void) | undefined;
  settled = 0;

  run(): void {
    throw new Error("nothing runs here");
  }
  limitStatements(): Promise<void> {
    return Promise.resolve();
  }
  command(): Promise<void> {
    return Promise.resolve();
  }
  settle(): Promise<void> {
    this.settled++;
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): void {
    this.isUsable = false;
  }
}

function stage() {
  const clock = new VirtualClock();
  const stopped = new StagedSession();
  const pool = new SessionPool<StagedSession>({
    size: 1,
    timeoutMs: 1_000,
    idleTimeoutMs: 60_000,
    maxLifetimeMs: 600_000,
    clock,
    connect: () => Promise.resolve(new StagedSession()),
    onUnreachable: () => undefined,
  });
  let sent = 0;
  const stopper = new Stopper(
    pool,
    () => {
      sent++;
      return Promise.resolve();
    },
    clock,
  );
  return { stopper, stopped, clock, sent: () => sent };
}

test("a stop that overtook its statement is sent again, until the statement has ended", async () => {
  const { stopper, stopped, clock, sent } = stage();
  const stopping = stopper.stop(stopped);
  await clock.advance(10);
  expect(sent()).toBe(1);
  await clock.advance(200);
  expect(sent()).toBeGreaterThanOrEqual(3);
  const before = sent();
  await stopping.ended();
  expect(stopped.settled).toBe(1);
  await clock.advance(10_000);
  expect([sent(), stopped.isUsable]).toEqual([before, true]);
});

test("a statement that had ended before a stop was sent needs no round trip", async () => {
  const { stopper, stopped, sent } = stage();
  await stopper.stop(stopped).ended();
  expect([sent(), stopped.settled]).toEqual([0, 0]);
});

test("a statement that no stop ends loses its connection", async () => {
  const { stopper, stopped, clock } = stage();
  stopper.stop(stopped);
  await settled();
  await clock.advance(4_900);
  expect(stopped.isUsable).toBe(true);
  await clock.advance(200);
  expect(stopped.isUsable).toBe(false);
});
