import type { Cancel } from "../../contracts/host.js";
import type { Cancellable } from "../../contracts/source.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import { Execution } from "./execution.js";
import type { ExecutionInput, SettleExecution } from "./execution-input.js";

const longestFirstWaitMs = 20;

/**
 * Runs an endpoint again, from its first step, when its transaction met another one and nothing of it is left. All
 * attempts share one deadline.
 */
export class RepeatedExecution implements Cancellable {
  private readonly bound: BoundPlan;
  private readonly input: ExecutionInput;
  private readonly tell: SettleExecution;
  private readonly attempts: number;
  private readonly endsAtMs: number;
  private attempt = 0;
  private current: Execution | undefined;
  private stopWait: Cancel | undefined;

  constructor(bound: BoundPlan, input: ExecutionInput, tell: SettleExecution, attempts: number) {
    this.bound = bound;
    this.input = input;
    this.tell = tell;
    this.attempts = attempts;
    this.endsAtMs = bound.host.clock.monotonicMs() + bound.plan.endpoint.timeoutMs;
  }

  start(): void {
    this.stopWait = undefined;
    this.attempt += 1;
    const execution = new Execution(
      this.bound,
      this.input,
      (error, result, left) => {
        const waitMs = Math.random() * longestFirstWaitMs * 2 ** (this.attempt - 1);
        if (!execution.isUndone || !this.mayRepeat(waitMs)) return this.tell(error, result, left);
        this.stopWait = this.bound.host.clock.after(waitMs, () => this.start());
        this.giveUp = () => this.tell(error, result, left);
      },
      this.endsAtMs,
    );
    this.current = execution;
    execution.start();
  }

  cancel(): void {
    if (this.stopWait === undefined) return this.current?.cancel();
    this.stopWait();
    this.stopWait = undefined;
    this.giveUp();
  }

  /** Between two attempts: the answer of the one before. */
  private giveUp: () => void = () => undefined;

  private mayRepeat(waitMs: number): boolean {
    return this.attempt < this.attempts && this.bound.host.clock.monotonicMs() + waitMs < this.endsAtMs;
  }
}
