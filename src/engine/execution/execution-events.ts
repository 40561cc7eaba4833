import type { EventListener, StepStatus } from "../../contracts/events.js";
import type { Clock } from "../../contracts/host.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ExecutionInput } from "./execution-input.js";

/** Tells a listener what happens in one execution. Made only where there is a listener. */
export class ExecutionEvents {
  private readonly tell: EventListener;
  private readonly executionId: string;
  private readonly endpoint: string;
  private readonly clock: Clock;

  constructor(tell: EventListener, { executionId }: ExecutionInput, endpoint: string, clock: Clock) {
    this.tell = tell;
    this.executionId = executionId;
    this.endpoint = endpoint;
    this.clock = clock;
  }

  started(): void {
    this.tell({ kind: "execution-started", endpoint: this.endpoint, ...this.when() });
  }

  ended(isComplete: boolean, error: OrchestratorError | undefined): void {
    this.tell({ kind: "execution-ended", endpoint: this.endpoint, isComplete, error, ...this.when() });
  }

  /** Answers what is to be told of each attempt of its call. */
  stepStarted(step: string): (parameters: JsonObject) => void {
    let attempt = 0;
    this.tell({ kind: "step-started", step, ...this.when() });
    return (parameters) => {
      attempt += 1;
      this.tell({ kind: "call-started", step, attempt, parameters, ...this.when() });
    };
  }

  stepEnded(step: string, status: StepStatus, value: JsonValue, error: OrchestratorError | undefined): void {
    this.tell({ kind: "step-ended", step, status, value, error, ...this.when() });
  }

  stepCancelled(step: string): void {
    this.tell({ kind: "step-cancelled", step, ...this.when() });
  }

  private when() {
    return { executionId: this.executionId, atMs: this.clock.monotonicMs() };
  }
}
