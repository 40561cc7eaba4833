import type { Host } from "../contracts/host.js";
import type { CallOrigin } from "../contracts/source.js";
import type { PlannedStep } from "../plan/plan.js";
import type { Environment } from "./bound-plan.js";
import { bindCall, type OpenedSources } from "./bound-step.js";
import { ensembleCall } from "./ensemble.js";
import type { RunCall } from "./run-call.js";
import type { SharedState } from "./shared-state.js";

/** The call of a step: one, or those of the members of its ensemble, each with all that is put around it. */
export function bindStep(
  planned: PlannedStep,
  sources: OpenedSources,
  host: Host,
  environment: Environment,
  shared: SharedState,
  origin: CallOrigin,
): RunCall | undefined {
  const { ensemble } = planned;
  if (ensemble === undefined) return bindCall(planned, sources, host, environment, shared, origin);
  const members = ensemble.members.map(({ name, weight, isRequired, planned: own }) => {
    const call = bindCall(own, sources, host, environment, shared, { ...origin, arm: name })!;
    return { name, weight, isRequired, call };
  });
  return ensembleCall(members, ensemble.combine);
}
