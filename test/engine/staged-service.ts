import { randomUUID } from "node:crypto";
import { openService, loadProject, type RunnableEndpoint, type Service } from "../../src/service.js";
import type { ExecutionEvent } from "../../src/contracts/events.js";
import type { Cancellable } from "../../src/contracts/source.js";
import type { ExecutionResult } from "../../src/engine/execution/execution-input.js";
import type { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import type { RawRequest } from "../../src/plan/request-values.js";
import { memoryHost, projectFolder } from "../config/reading/memory-host.js";
import { Stage } from "./staged-source.js";
import { settled, VirtualClock } from "./virtual-clock.js";

/** How an execution ended. */
export interface Outcome {
  error?: OrchestratorError | undefined;
  result?: ExecutionResult | undefined;
  isOver: boolean;
}

export interface StagedRun extends Cancellable {
  readonly outcome: Outcome;
  readonly events: readonly ExecutionEvent[];
}

/** An endpoint whose sources wait for the test, with a clock that the test moves. */
export interface StagedEndpoint {
  readonly stage: Stage;
  readonly clock: VirtualClock;
  readonly service: Service;
  run(request?: Partial<RawRequest>): Promise<StagedRun>;
}

/**
 * Operations `a` to `h` read and take `x`; `write` and `write2` write and take `x`; `key` needs `x`. Calls of `one` with
 * different `x` become one with `xs`, at most three, whose answer is a list of `{ x, value }`.
 */
const operations = `
      ${["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `${name}: { takes: [x] }`).join("\n      ")}
      key: { needs: [x] }
      write: { effect: write, takes: [x] }
      write2: { effect: write, takes: [x] }
      pay: { effect: write, idempotent: true }
      one: { takes: [x, y], batch: true }
`;

/** Loads a project of one endpoint, written as the keys below its name; `sourceKeys` are those of its source. */
export async function stagedEndpoint(
  endpoint: string,
  more: Record<string, string> = {},
  sourceKeys = "",
  stage = new Stage(),
): Promise<StagedEndpoint> {
  const clock = new VirtualClock();
  const files = {
    "config/integrations/stage_sources.yaml": `stage:\n  sources:\n    default:\n${indented(sourceKeys, 5)}\n     operations:${operations}`,
    "config/domains/test.yaml": `endpoints:\n  it:\n${indented(endpoint, 4)}`,
    ...more,
  };
  const host = { ...memoryHost(files), clock };
  const loaded = loadProject({ host, workingFolder: projectFolder, sources: [stage.type] });
  const service = await openService(loaded, { host });
  return { stage, clock, service, run: (request = {}) => start(service.endpoints[0]!, request) };
}

async function start(endpoint: RunnableEndpoint, request: Partial<RawRequest>): Promise<StagedRun> {
  const events: ExecutionEvent[] = [];
  const outcome: Outcome = { isOver: false };
  const raw: RawRequest = { pathParams: {}, query: {}, headers: {}, body: undefined, ...request };
  const execution = endpoint.start(
    {
      request: endpoint.plan.readRequest(raw),
      executionId: randomUUID(),
      requestId: "request-1",
      method: "GET",
      path: "/orchestrator/test/it",
      clientIp: "127.0.0.1",
      listener: (event) => events.push(event),
    },
    (error, result) => {
      if (outcome.isOver) throw new Error("told twice");
      Object.assign(outcome, { error, result, isOver: true });
    },
  );
  if (outcome.isOver) throw new Error("told before start returned");
  await settled();
  return { outcome, events, cancel: () => execution.cancel() };
}

function indented(text: string, by: number): string {
  const lines = text.replace(/^\n/, "").split("\n");
  if (text.trim() === "") return "";
  const least = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => " ".repeat(by) + line.slice(least)).join("\n");
}
