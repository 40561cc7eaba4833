import { expect, test } from "vitest";
import { startProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

const requests = 10_000;
const failureRate = 0.3;
const failed = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/** Numbers from 0 to 1 that are the same in each run of the test. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([
  { budget: 0.2, attempts: 3 },
  { budget: 1, attempts: 3 },
])(
  "10,000 requests to an API that fails 30 % of the time, with $attempts attempts and a budget of $budget",
  async ({ budget, attempts }) => {
    const random = randomNumbers(7);
    const upstream = await watchedUpstream((socket) => {
      socket.write(random() < failureRate ? failed : jsonAnswer({ ok: true }));
    });
    const project = await startProject({
      "config/integrations/api_sources.yaml": `api:
  sources:
    shaky:
      base_url: ${upstream.url}
      retry: { attempts: ${attempts}, backoff: { base: 1ms, max: 2ms }, budget: ${budget * 100}% }
      operations: { get: { path: /it } }
`,
      "config/domains/test.yaml": `endpoints:
  it: { data_sources: [{ name: it, type: api, operation: get }] }
`,
    });
    const timersBefore = timers();
    const statuses = new Map<number, number>();
    let left = requests;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { status } = await project.send({ target: "/orchestrator/test/it" });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));

    expect([...statuses.keys()].sort()).toEqual([200, 503]);
    const repeats = upstream.requests().length - requests;
    const wanted = requests * (failureRate + failureRate ** 2);
    expect(repeats).toBeLessThanOrEqual(Math.min(budget * requests * 1.02, wanted * 1.1));
    // Each repeat that the budget allows succeeds as often as a first attempt; three standard deviations are chance.
    const expected = (1 - failureRate) * (1 + Math.min(budget, wanted / requests));
    const chance = 3 * Math.sqrt((expected * (1 - expected)) / requests);
    expect(statuses.get(200)! / requests).toBeGreaterThan(expected - chance - 0.005);

    expect(timers()).toBeLessThanOrEqual(timersBefore + 1);
    await project.close();
    await expect.poll(upstream.openSockets, { timeout: 10_000 }).toBe(0);
  },
  120_000,
);

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}
