import type { StepPhase } from "../config/model.js";
import type { Report } from "../problems/report.js";
import type { GuardNeeds } from "./guard-order.js";
import type { StepGraph } from "./step-graph.js";

/** In the order in which they come. */
export const phases: readonly StepPhase[] = ["main", "commit", "response"];

const events: Readonly<Record<StepPhase, string>> = { main: "", commit: "commit", response: "reply" };

/** Reports what uses a step of a later phase: the response, a guard, or another step. */
export function refuseUsesOfLaterSteps(
  graph: StepGraph,
  guards: readonly GuardNeeds[],
  roots: ReadonlySet<number>,
  report: Report,
): void {
  const { steps, needs, fallbacks } = graph;
  const isLater = (used: number, phase: StepPhase) =>
    phases.indexOf(steps[used]!.phase) > phases.indexOf(phase);
  const refuse = (user: string, used: number, location = steps[used]!.location) => {
    const { name: step, phase } = steps[used]!;
    report.add("STEP_RUNS_LATER", { user, step, when: events[phase] }, location);
  };
  for (const root of roots) if (isLater(root, "main")) refuse("The response", root);
  for (const { guard, needs: used } of guards) {
    for (const each of used) if (isLater(each, "main")) refuse("A guard", each, guard.location);
  }
  for (const [index, { name, phase, location }] of steps.entries()) {
    for (const each of needs[index]!) if (isLater(each, phase)) refuse(`"${name}"`, each, location);
    const standIn = fallbacks[index];
    if (standIn !== undefined && steps[standIn]!.phase !== phase) {
      const reason = `"${steps[standIn]!.name}" and "${name}" do not run in the same phase: both need the same \`after\``;
      report.add("STEP_FALLBACK_INVALID", { reason }, location);
    }
  }
}
