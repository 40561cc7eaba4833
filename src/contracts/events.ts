import type { OrchestratorError } from "../problems/orchestrator-error.js";

/** How a step ended. */
export type StepStatus = "ok" | "failed" | "skipped" | "fallback" | "cached" | "stale";

/**
 * What happens while an endpoint runs. The log, the waterfall of `call` and the tests read this one union.
 * Times are of the host's monotonic clock, in milliseconds.
 */
export type ExecutionEvent =
  | {
      readonly kind: "execution-started";
      readonly executionId: string;
      readonly endpoint: string;
      readonly atMs: number;
    }
  | {
      readonly kind: "step-started";
      readonly executionId: string;
      readonly step: string;
      readonly atMs: number;
    }
  | {
      readonly kind: "call-started";
      readonly executionId: string;
      readonly step: string;
      readonly attempt: number;
      readonly parameters: unknown;
      readonly atMs: number;
    }
  | {
      readonly kind: "step-ended";
      readonly executionId: string;
      readonly step: string;
      readonly status: StepStatus;
      readonly value: unknown;
      readonly error: OrchestratorError | undefined;
      readonly atMs: number;
    }
  | {
      readonly kind: "step-cancelled";
      readonly executionId: string;
      readonly step: string;
      readonly atMs: number;
    }
  | {
      readonly kind: "execution-ended";
      readonly executionId: string;
      readonly endpoint: string;
      readonly isComplete: boolean;
      readonly error: OrchestratorError | undefined;
      readonly atMs: number;
    };

/** Told of every event, in order. Must not throw. An execution without a listener builds no events. */
export type EventListener = (event: ExecutionEvent) => void;
