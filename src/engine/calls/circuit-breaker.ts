import type { BreakerPolicy } from "../../config/policy-keys.js";
import type { Clock } from "../../contracts/host.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { SlidingWindow } from "./sliding-window.js";

export type BreakerState = "closed" | "open" | "half_open";

/** How a call went, as far as a breaker cares; `unknown` says nothing of the source. */
export type CallOutcome = "good" | "bad" | "unknown";

/**
 * Stops calling a source that fails: `closed` lets every call through and counts; `open` refuses all for a time;
 * `half_open` lets a few probes through, whose success closes it and whose failure opens it again.
 */
export class CircuitBreaker {
  private readonly policy: BreakerPolicy;
  private readonly clock: Clock;
  private readonly onChange: (state: BreakerState) => void;
  private readonly window: SlidingWindow;
  private current: BreakerState = "closed";
  private openUntilMs = 0;
  private probesRunning = 0;
  private probesSucceeded = 0;
  /** Grows with each change of state, so that what a call of an earlier state reports late counts no more. */
  private epoch = 0;

  constructor(policy: BreakerPolicy, clock: Clock, onChange: (state: BreakerState) => void) {
    this.policy = policy;
    this.clock = clock;
    this.onChange = onChange;
    this.window = new SlidingWindow(policy.windowMs, clock);
  }

  get state(): BreakerState {
    return this.current;
  }

  /** Lets one call through and answers where its outcome is told, once; or the error that refuses it. */
  enter(): ((outcome: CallOutcome) => void) | OrchestratorError {
    if (this.current === "open" && this.clock.monotonicMs() >= this.openUntilMs) this.change("half_open");
    if (this.current === "open") return resting(this.openUntilMs - this.clock.monotonicMs());
    const { epoch } = this;
    if (this.current === "closed") return (outcome) => epoch === this.epoch && this.count(outcome);
    if (this.probesRunning + this.probesSucceeded >= this.policy.probes) return resting(shortestRestMs);
    this.probesRunning += 1;
    return (outcome) => epoch === this.epoch && this.countProbe(outcome);
  }

  private count(outcome: CallOutcome): void {
    if (outcome === "unknown") return;
    this.window.count(outcome === "bad");
    if (outcome === "good") return;
    const { all, marked } = this.window.totals();
    const { minCalls, errorRate } = this.policy;
    if (all >= minCalls && marked >= errorRate * all) this.open();
  }

  private countProbe(outcome: CallOutcome): void {
    this.probesRunning -= 1;
    if (outcome === "bad") return this.open();
    if (outcome === "good") this.probesSucceeded += 1;
    if (this.probesSucceeded >= this.policy.probes) this.change("closed");
  }

  private open(): void {
    this.openUntilMs = this.clock.monotonicMs() + this.policy.openForMs;
    this.change("open");
  }

  private change(state: BreakerState): void {
    this.current = state;
    this.epoch += 1;
    this.probesRunning = 0;
    this.probesSucceeded = 0;
    this.window.clear();
    this.onChange(state);
  }
}

const shortestRestMs = 1_000;

function resting(restMs: number): OrchestratorError {
  return failure("SOURCE_RESTING", {}, { retryAfterMs: restMs, wasSent: false });
}
