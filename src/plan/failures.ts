import type { Report } from "../problems/report.js";
import { leadsBackTo, type StepGraph } from "./step-graph.js";

/**
 * Which steps end the request when they fail. A step that is needed only by steps with a fallback does not: its
 * failure counts as theirs. Nor does a stand-in: its failure is that of the step it stands in for. `roots` are the
 * steps that the response and the guards refer to.
 */
export function hardSteps(graph: StepGraph, roots: ReadonlySet<number>): ReadonlySet<number> {
  const { steps, needs } = graph;
  const hard = new Set(
    steps.flatMap((step, index) =>
      roots.has(index) || step.effect === "write" || step.runsAlways ? [index] : [],
    ),
  );
  for (let before = -1; before < hard.size;) {
    before = hard.size;
    for (const [index, step] of steps.entries()) {
      if (!hard.has(index)) continue;
      const takesIn = step.onError.kind !== "fail" && step.forEach === undefined;
      if (!takesIn) needs[index]!.forEach((need) => hard.add(need));
    }
  }
  return hard;
}

/** Reports writes that may get a value from a fallback without saying that they accept it. */
export function refuseUnacceptedFallbacks(graph: StepGraph, report: Report): void {
  for (const [index, step] of graph.steps.entries()) {
    if (step.effect !== "write") continue;
    for (const behind of [...leadsBackTo(graph, [index])].sort((a, b) => a - b)) {
      const other = graph.steps[behind]!;
      const { name, onError } = other;
      const mayFallBack = other.kind === "call" && other.call.mayFallBack === true;
      if ((onError.kind === "fail" && !mayFallBack) || step.acceptsFallback.includes(name)) continue;
      report.add("STEP_FALLBACK_UNACCEPTED", { step: step.name, fallback: name }, step.location);
    }
  }
}

/** Reports stand-ins that cannot be: writes, which must not depend on luck. */
export function refuseWritingFallbacks(graph: StepGraph, report: Report): void {
  for (const [index, fallback] of graph.fallbacks.entries()) {
    const step = fallback === undefined ? undefined : graph.steps[fallback];
    if (step?.effect !== "write") continue;
    const reason = `"${step.name}" writes, and a write must not depend on another step's failure`;
    report.add("STEP_FALLBACK_INVALID", { reason }, graph.steps[index]!.location);
  }
}

/**
 * Reports steps that nothing leads to: neither the response, nor a guard, a write or `run: always`. What only such a
 * step uses is not reported beside it.
 */
export function refuseUnusedSteps(graph: StepGraph, roots: ReadonlySet<number>, report: Report): void {
  const wanted = graph.steps.flatMap((step, index) =>
    roots.has(index) || step.effect === "write" || step.runsAlways ? [index] : [],
  );
  const used = new Set([...wanted, ...leadsBackTo(graph, wanted)]);
  const unused = [...graph.steps.keys()].filter((index) => !used.has(index));
  for (const index of unused) {
    const isForOther = unused.some((other) => other !== index && leadsBackTo(graph, [other]).has(index));
    const { name, location } = graph.steps[index]!;
    if (!isForOther) report.add("STEP_UNUSED", { name }, location);
  }
}
