import { expect, test, vi } from "vitest";
import {
  RequestCounts,
  type LimitedRequest,
  type Standing,
} from "../../../src/server/limits/request-counts.js";
import type { CountRequests } from "../../../src/server/workers/count-messages.js";
import { ParentCounts } from "../../../src/server/workers/parent-counts.js";

const request = (name: string, limit = 2): LimitedRequest => ({ name, limit, perMs: 60_000 });

/** A worker whose parent answers when the test lets it. */
function startWorker(patienceMs = 10_000) {
  let now = 1_000;
  const parent = new RequestCounts(() => now);
  const asked: CountRequests[] = [];
  const counts = new ParentCounts({ ask: (message) => asked.push(message), nowMs: () => now, patienceMs });
  return {
    asked,
    counts,
    pass: (durationMs: number) => (now += durationMs),
    ask(...requests: readonly LimitedRequest[]): Promise<readonly (Standing | undefined)[]> {
      return Promise.all(
        requests.map((each) => new Promise<Standing | undefined>((tell) => counts.count(each, tell))),
      );
    },
    async answer(): Promise<CountRequests> {
      await vi.waitFor(() => expect(asked).not.toHaveLength(0));
      const message = asked.shift()!;
      const standings = message.requests.map((each) => parent.take(each));
      counts.answer({ kind: "counted", batch: message.batch, standings });
      return message;
    },
  };
}

test("what comes in one turn is asked for in one message, and each request is told how it stands", async () => {
  const { ask, answer } = startWorker();
  const told = ask(request("a"), request("b"), request("a"), request("a"));
  expect((await answer()).requests).toHaveLength(4);
  expect((await told).map((each) => [each?.remaining, each?.isOver])).toEqual([
    [1, false],
    [1, false],
    [0, false],
    [0, true],
  ]);
});

test("whoever is over a limit is refused without asking, until the next time begins or the limit is another", async () => {
  const { ask, answer, asked, pass } = startWorker();
  const over = ask(request("a", 1), request("a", 1));
  await answer();
  expect((await over)[1]).toEqual({ limit: 1, remaining: 0, resetMs: 60_000, isOver: true });
  pass(20_000);
  expect(await ask(request("a", 1))).toEqual([{ limit: 1, remaining: 0, resetMs: 40_000, isOver: true }]);
  expect(asked).toHaveLength(0);
  const raised = ask(request("a", 5));
  await answer();
  expect((await raised)[0]).toMatchObject({ limit: 5, isOver: false });
  pass(40_000);
  const later = ask(request("a", 1));
  await answer();
  expect((await later)[0]).toMatchObject({ remaining: 0, isOver: false });
});

test("a parent that does not answer in time is told of, and its late answer changes nothing", async () => {
  const { ask, answer } = startWorker(300);
  expect(await ask(request("a"), request("b"))).toEqual([undefined, undefined]);
  await answer();
  const next = ask(request("a"));
  await answer();
  expect((await next)[0]).toMatchObject({ remaining: 0, isOver: false });
});
