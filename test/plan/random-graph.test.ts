import fc from "fast-check";
import { expect, test } from "vitest";
import type { EndpointPlan } from "../../src/plan/plan.js";
import type { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { loadProject, openService, type RunnableEndpoint } from "../../src/service.js";
import { memoryHost, projectFolder } from "../config/reading/memory-host.js";
import { Stage } from "../engine/staged-source.js";
import { settled, VirtualClock } from "../engine/virtual-clock.js";
import { endpointOf, randomGraph, stageFile, type RandomGraph } from "./random-graph.js";

interface Opened {
  readonly endpoint: RunnableEndpoint;
  readonly stage: Stage;
  readonly clock: VirtualClock;
}

/** Codes by which a graph may be refused: by its shape alone. */
const refusals = ["STEP_CYCLE", "STEP_READS_LATER_WRITE", "STEP_FALLBACK_INVALID", "STEP_UNUSED"];

async function open(graph: RandomGraph): Promise<Opened | undefined> {
  const stage = new Stage();
  const clock = new VirtualClock();
  const text = `endpoints:\n  it:\n${endpointOf(graph).replace(/^/gm, "    ")}\n`;
  const host = { ...memoryHost({ ...stageFile, "config/domains/test.yaml": text }), clock };
  const loaded = loadProject({ host, workingFolder: projectFolder, sources: [stage.type] });
  if (loaded.config === undefined) {
    const codes = new Set(loaded.problems.map(({ code }) => code));
    expect([...codes].filter((code) => !refusals.includes(code))).toEqual([]);
    return undefined;
  }
  const service = await openService(loaded, { host });
  return { endpoint: service.endpoints[0]!, stage, clock };
}

interface Ended {
  readonly outcome: string;
  /** What the sources saw: `read_0 starts`, `write_1 succeeds`, … */
  readonly log: readonly string[];
  /** What each step came to: `s0 ok`, `s1 skipped`, … in order. */
  readonly ends: readonly string[];
}

/** Runs the endpoint once; `choose` picks which of the waiting calls is answered next. */
async function run(
  { endpoint, stage, clock }: Opened,
  { steps }: RandomGraph,
  choose: (count: number) => number,
): Promise<Ended> {
  const raw = { pathParams: {}, query: {}, headers: {}, body: undefined };
  const ends: string[] = [];
  const outcomes: string[] = [];
  stage.log.length = 0;
  endpoint.start(
    {
      request: endpoint.plan.readRequest(raw),
      executionId: "e",
      requestId: "r",
      method: "GET",
      path: "/",
      clientIp: "127.0.0.1",
      listener: (event) => {
        if (event.kind === "step-ended") ends.push(`${event.step} ${event.status}`);
      },
    },
    (error, result) => {
      outcomes.push(error === undefined ? JSON.stringify(result?.body) : error.code);
      stage.log.push("the end");
    },
  );
  await settled();
  for (let turns = 0; stage.waiting.length > 0; turns++) {
    expect(turns).toBeLessThanOrEqual(steps.length);
    const call = stage.waiting[choose(stage.waiting.length) % stage.waiting.length]!;
    const number = Number(call.operation.split("_")[1]);
    const { answer } = steps[number]!;
    if (answer === "failure") call.fail();
    else call.succeed(answer === "null" ? null : number + 1);
    await settled();
  }
  expect(outcomes).toHaveLength(1);
  expect(stage.log.at(-1)).toBe("the end");
  expect(clock.pending).toBe(0);
  return { outcome: outcomes[0]!, log: [...stage.log], ends };
}

/** A write starts once every step listed above it is done; a stand-in takes the place of the step that it stands in for. */
function writesThatStartEarly({ steps }: EndpointPlan, { log }: Ended): readonly string[] {
  const early: string[] = [];
  const startOf = (operation: string) => log.indexOf(`${operation} starts`);
  const endOf = (operation: string) =>
    Math.max(...["succeeds", "fails", "is cancelled"].map((word) => log.lastIndexOf(`${operation} ${word}`)));
  for (const { step, index } of steps) {
    if (step.kind !== "call" || step.effect !== "write" || startOf(step.operationName) < 0) continue;
    for (const above of steps.slice(0, index)) {
      const standsIn = above.fallbackFor.length > 0 && above.fallbackFor.every((primary) => primary >= index);
      if (above.step.kind !== "call" || standsIn) continue;
      const operation = above.step.operationName;
      const hasStarted = startOf(operation) >= 0;
      if (hasStarted && endOf(operation) < startOf(step.operationName)) continue;
      if (hasStarted) early.push(`${step.name} before ${above.name} was done`);
    }
  }
  return early;
}

const anyGraph = randomGraph({ mayFail: true, mayFallBack: true });
const withoutFailures = randomGraph({ mayFail: false, mayFallBack: false });
const order = fc.array(fc.nat({ max: 7 }), { minLength: 9, maxLength: 9 });

function chooser(numbers: readonly number[]): (count: number) => number {
  let next = 0;
  return () => numbers[next++ % numbers.length]!;
}

test("every execution ends exactly once, starts no write early, and leaves nothing behind", async () => {
  let planned = 0;
  await fc.assert(
    fc.asyncProperty(anyGraph, order, async (graph, numbers) => {
      const opened = await open(graph);
      if (opened === undefined) return;
      planned += 1;
      const ended = await run(opened, graph, chooser(numbers));
      expect(writesThatStartEarly(opened.endpoint.plan, ended)).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(planned).toBeGreaterThan(20);
});

test.each([
  ["where nothing fails", withoutFailures],
  ["where steps fail and are replaced", anyGraph],
])("%s, the outcome depends on the answers alone, not on who was faster", async (_, graphs) => {
  await fc.assert(
    fc.asyncProperty(graphs, order, order, async (graph, first, second) => {
      const opened = await open(graph);
      if (opened === undefined) return;
      const a = await run(opened, graph, chooser(first));
      const b = await run(opened, graph, chooser(second));
      expect(b.outcome).toBe(a.outcome);
    }),
    { numRuns: 150 },
  );
});

test("no step that a guard stops has started when the guard holds", async () => {
  await fc.assert(
    fc.asyncProperty(withoutFailures, order, async (graph, numbers) => {
      const opened = await open(graph);
      if (opened === undefined) return;
      const { outcome, log } = await run(opened, graph, chooser(numbers));
      const guard = opened.endpoint.plan.guards.find((each) => each.guard.code === outcome);
      const stopped = opened.endpoint.plan.steps.filter(
        ({ waitsForGuards }) => guard !== undefined && waitsForGuards.includes(guard.index),
      );
      const started = stopped.filter(
        ({ step }) => step.kind === "call" && log.includes(`${step.operationName} starts`),
      );
      expect(started.map(({ name }) => name)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("a caller who hangs up at any moment is told so once, and reads are given up", async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, fc.nat({ max: 4 }), order, async (graph, answers, numbers) => {
      const opened = await open(graph);
      if (opened === undefined) return;
      const { endpoint, stage, clock } = opened;
      const raw = { pathParams: {}, query: {}, headers: {}, body: undefined };
      const outcomes: (OrchestratorError | undefined)[] = [];
      const execution = endpoint.start(
        {
          request: endpoint.plan.readRequest(raw),
          executionId: "e",
          requestId: "r",
          method: "GET",
          path: "/",
          clientIp: "127.0.0.1",
        },
        (error) => outcomes.push(error),
      );
      await settled();
      const choose = chooser(numbers);
      for (let turn = 0; stage.waiting.length > 0; turn++) {
        const hasWritten = stage.log.some((line) => line.startsWith("write"));
        if (turn === answers) execution.cancel();
        if (turn >= answers && !hasWritten) expect(stage.names()).toEqual([]);
        const call = stage.waiting[choose(stage.waiting.length) % stage.waiting.length];
        call?.succeed(turn);
        await settled();
      }
      expect(outcomes).toHaveLength(1);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});
