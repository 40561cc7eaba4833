import type { Guard } from "../config/model.js";
import { leadsBackTo, type StepGraph } from "./step-graph.js";

/** What a guard waits for, and what waits for it. */
export interface GuardNeeds {
  readonly guard: Guard;
  /** Steps it refers to. */
  readonly needs: ReadonlySet<number>;
  /** These, and all that they wait for: what they lead back to, and what writes that keep their place wait for. */
  readonly leadsTo: ReadonlySet<number>;
  /** Steps that do not start before it is decided. */
  readonly stops: ReadonlySet<number>;
}

/**
 * Guards in the order in which they answer: as listed, but those that refer to no step first, for they are decided
 * before anything runs.
 *
 * Steps that refer to what a guard refers to, and every write listed below that, wait for the guard; but not what
 * the guard itself waits for, nor what an earlier guard waits for, so that an earlier guard never waits for a later
 * one. `after` is what each step waits for without using it.
 */
export function orderGuards(
  graph: StepGraph,
  after: readonly ReadonlySet<number>[],
  guards: readonly Guard[],
): readonly GuardNeeds[] {
  const waiting: StepGraph = {
    ...graph,
    needs: graph.needs.map((needs, index) => {
      const primaries = graph.fallbacks.flatMap((fallback, primary) => (fallback === index ? [primary] : []));
      return new Set([...needs, ...after[index]!, ...primaries]);
    }),
  };
  const neededSoFar = new Set<number>();
  const withNeeds = guards.map((guard) => ({ guard, needs: needsOf(graph, guard) }));
  withNeeds.sort((a, b) => Number(a.needs.size > 0) - Number(b.needs.size > 0));
  const ordered: GuardNeeds[] = [];
  for (const { guard, needs } of withNeeds) {
    const leadsTo = new Set([...needs, ...leadsBackTo(waiting, needs)]);
    for (const earlier of ordered) {
      const isStopped = [...leadsTo].some((index) => earlier.stops.has(index));
      if (isStopped) earlier.leadsTo.forEach((index) => leadsTo.add(index));
    }
    leadsTo.forEach((index) => neededSoFar.add(index));
    const last = Math.max(-1, ...needs);
    const stops = graph.steps.flatMap((step, index) => {
      const refersToSame = [...graph.needs[index]!].some((each) => needs.has(each));
      const isWriteBelow = step.effect === "write" && index > last;
      return (refersToSame || isWriteBelow) && !neededSoFar.has(index) ? [index] : [];
    });
    ordered.push({ guard, needs, leadsTo, stops: new Set(stops) });
  }
  return ordered;
}

function needsOf(graph: StepGraph, { when, detail }: Guard): ReadonlySet<number> {
  if (when.kind === "formula") return graph.referredTo([when.formula, detail]);
  return new Set([graph.steps.findIndex(({ name }) => name === when.step)]);
}
