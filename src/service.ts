import type { ServiceConfig } from "./config/model.js";
import type { Cancellable } from "./contracts/source.js";
import type { ExecutionInput, SettleExecution } from "./engine/execution-input.js";
import type { EndpointPlan } from "./plan/plan.js";

/** A configuration that runs: its plans, bound to opened sources. */
export interface Service {
  readonly config: ServiceConfig;
  readonly endpoints: readonly RunnableEndpoint[];
  /** Asks every source that is required for readiness whether it can be reached. Answers the names of those that cannot. */
  unreachableSources(): Promise<readonly string[]>;
  /** Closes every source. Executions that run fail. */
  close(): Promise<void>;
}

export interface RunnableEndpoint {
  readonly plan: EndpointPlan;
  /** Runs it. `settle` is told once, not before this returns; after `cancel` too, with REQUEST_CANCELLED. */
  start(input: ExecutionInput, settle: SettleExecution): Cancellable;
}
