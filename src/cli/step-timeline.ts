import type { ExecutionEvent, StepStatus } from "../contracts/events.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";

/** How one step of an execution went. Times are milliseconds from the start of the execution. */
export interface StepTiming {
  readonly step: string;
  readonly status: StepStatus | "cancelled";
  readonly startMs: number;
  readonly endMs: number;
  readonly attempts: number;
  /** Of each attempt. */
  readonly parameters: readonly unknown[];
  readonly value: unknown;
  readonly error: OrchestratorError | undefined;
}

/** Collects the events of one execution into one row a step, in the order in which the steps began. */
export class StepTimeline {
  private startedAtMs = 0;
  private endedAtMs = 0;
  private readonly steps = new Map<string, StepTiming>();

  readonly listen = (event: ExecutionEvent): void => {
    if (event.kind === "execution-started") this.startedAtMs = event.atMs;
    else if (event.kind === "execution-ended") this.endedAtMs = event.atMs;
    else this.steps.set(event.step, this.next(this.steps.get(event.step), event));
  };

  get durationMs(): number {
    return this.endedAtMs - this.startedAtMs;
  }

  rows(): readonly StepTiming[] {
    return [...this.steps.values()].sort((a, b) => a.startMs - b.startMs);
  }

  private next(before: StepTiming | undefined, event: StepEvent): StepTiming {
    const atMs = event.atMs - this.startedAtMs;
    const step = before ?? started(event.step, atMs);
    if (event.kind === "step-started") return step;
    if (event.kind === "step-cancelled") return { ...step, status: "cancelled", endMs: atMs };
    if (event.kind === "call-started") {
      const attempts = step.attempts + 1;
      return { ...step, attempts, parameters: [...step.parameters, event.parameters] };
    }
    return { ...step, status: event.status, endMs: atMs, value: event.value, error: event.error };
  }
}

type StepEvent = Extract<ExecutionEvent, { readonly step: string }>;

function started(step: string, atMs: number): StepTiming {
  const nothing = { value: undefined, error: undefined, parameters: [], attempts: 0 };
  return { step, status: "cancelled", startMs: atMs, endMs: atMs, ...nothing };
}
