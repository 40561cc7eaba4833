import type { Host } from "../contracts/host.js";
import type { Cancellable } from "../contracts/source.js";
import type { EndpointPlan } from "../plan/plan.js";
import { bindPlan, type Environment } from "./bound-plan.js";
import type { OpenedSources } from "./bound-step.js";
import { Execution } from "./execution.js";
import type { ExecutionInput, SettleExecution } from "./execution-input.js";

/** A plan that can run. */
export interface RunnableEndpoint {
  readonly plan: EndpointPlan;
  /** Runs it. `settle` is told once, later than this returns; after `cancel` too, with REQUEST_CANCELLED. */
  start(input: ExecutionInput, settle: SettleExecution): Cancellable;
}

export function runnableEndpoint(
  plan: EndpointPlan,
  sources: OpenedSources,
  host: Host,
  environment: Environment,
): RunnableEndpoint {
  const bound = bindPlan(plan, sources, host, environment);
  return {
    plan,
    start(input, settle) {
      const execution = new Execution(bound, input, settle);
      execution.start();
      return execution;
    },
  };
}
