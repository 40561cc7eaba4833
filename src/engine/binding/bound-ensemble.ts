import type { CallOrigin } from "../../contracts/source.js";
import type { PlannedStep } from "../../plan/plan.js";
import type { Binding } from "./binding.js";
import { bindCall } from "./bound-step.js";
import { ensembleCall } from "../calls/ensemble.js";
import type { RunCall } from "../calls/run-call.js";

/** The call of a step: one, or those of the members of its ensemble, each with all that is put around it. */
export function bindStep(planned: PlannedStep, binding: Binding, origin: CallOrigin): RunCall | undefined {
  const { ensemble } = planned;
  if (ensemble === undefined) return bindCall(planned, binding, origin);
  const members = ensemble.members.map(({ name, weight, isRequired, planned: own }) => {
    const call = bindCall(own, binding, { ...origin, arm: name })!;
    return { name, weight, isRequired, call };
  });
  return ensembleCall(members, ensemble.combine);
}
