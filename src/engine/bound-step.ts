import type { CallStep } from "../config/model.js";
import type { Host } from "../contracts/host.js";
import type { Source } from "../contracts/source.js";
import type { PlannedStep } from "../plan/plan.js";
import { withJoin } from "./join.js";
import { withRetry } from "./retry.js";
import { callSource, wrapped, type RunCall } from "./run-call.js";
import { withTimeLimit } from "./time-limit.js";

/** The opened sources by their id. */
export type OpenedSources = ReadonlyMap<string, Source>;

/** The call of a step, with all that the configuration puts around it; `undefined` for a step that calls nothing. */
export function bindCall(planned: PlannedStep, sources: OpenedSources, host: Host): RunCall | undefined {
  const { step } = planned;
  if (step.kind === "value") return undefined;
  const source = sources.get(step.source.id);
  if (source === undefined) throw new Error(`The source ${step.source.id} is not open.`);
  const { attemptTimeoutMs, retry } = step.policy;
  return wrapped(callSource(source, step.call), [
    step.timeoutMs === undefined ? undefined : withTimeLimit(step.timeoutMs, host.clock),
    planned.joins ? withJoin(step.call) : undefined,
    retry === undefined ? undefined : withRetry(retry, repeatable(step), host.clock),
    attemptTimeoutMs === undefined ? undefined : withTimeLimit(attemptTimeoutMs, host.clock),
  ]);
}

function repeatable({ effect, call }: CallStep) {
  return { effect, isIdempotent: call.isIdempotent === true };
}
