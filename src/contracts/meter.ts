import type { StepStatus } from "./events.js";

/**
 * Counts what the engine does. It is asked for its parts while plans are bound, so that a request looks nothing up.
 * Without one nothing is counted, and nothing is measured.
 */
export interface Meter {
  step(endpoint: string, step: string): StepMeter;
  call(source: string, operation: string): CallMeter;
  /** Of an endpoint whose whole replies are kept. */
  replies(endpoint: string): LookupMeter;
  /** Of a source that keeps an inference log. */
  records(source: string): RecordMeter;
}

export interface StepMeter {
  /** `undefined` for a step that never started. */
  ended(status: StepStatus | "cancelled", durationMs: number | undefined): void;
}

export interface RecordMeter {
  lost(count: number): void;
}

export interface LookupMeter {
  lookedUp(result: "hit" | "stale" | "miss"): void;
}

export interface CallMeter extends LookupMeter {
  /** One attempt that reached the source: `ok`, `cancelled`, or the code of its problem. */
  ended(result: string, durationMs: number): void;
  retried(): void;
  hedged(): void;
  refused(by: "breaker" | "bulkhead"): void;
}
