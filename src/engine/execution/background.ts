import type { SourceLog } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";

/** The executions that go on after their reply. */
export class Background {
  private readonly running = new Set<object>();
  private readonly log: SourceLog;
  private tellIdle: (() => void) | undefined;

  constructor(log: SourceLog) {
    this.log = log;
  }

  enter(execution: object): void {
    this.running.add(execution);
  }

  leave(execution: object): void {
    this.running.delete(execution);
    if (this.running.size === 0) this.tellIdle?.();
  }

  /** Nobody waits for what fails after the reply, so it is written down. */
  failed(endpoint: string, { problem }: OrchestratorError): void {
    const { code, step = null, message } = problem;
    this.log("error", `After the reply of ${endpoint}: ${message}`, { endpoint, step, code });
  }

  /** Resolves when none is left. Each of them has a deadline. */
  idle(): Promise<void> {
    if (this.running.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.tellIdle = resolve));
  }
}
