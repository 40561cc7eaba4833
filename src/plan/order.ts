import type { Report } from "../problems/report.js";
import type { GuardNeeds } from "./guard-order.js";
import { leadsBackTo, type StepGraph } from "./step-graph.js";

/**
 * What each step waits for without using it, so that writes keep their place: a write for every step listed above
 * it, and every step for the writes listed above it, but for those that the write itself leads back to. A stand-in
 * runs in the place of the step that it stands in for, so nothing waits for its own place.
 */
export function orderAroundWrites(graph: StepGraph): readonly ReadonlySet<number>[] {
  const { steps } = graph;
  const behind = steps.map((_, index) => leadsBackTo(graph, [index]));
  return steps.map((step, index) => {
    const after = new Set<number>();
    for (let above = 0; above < index; above++) {
      if (graph.fallbacks.includes(above) || steps[above]!.phase !== step.phase) continue;
      const isWriteAbove = steps[above]!.effect === "write" && !behind[above]!.has(index);
      if (step.effect === "write" || isWriteAbove) after.add(above);
    }
    return new Set([...after].filter((each) => !graph.needs[index]!.has(each)));
  });
}

/** Reports reads and writes that use a write listed below them, each at the one that uses it most directly. */
export function refuseReadsOfLaterWrites(graph: StepGraph, report: Report): void {
  for (const [write, step] of graph.steps.entries()) {
    if (step.effect !== "write") continue;
    const users = [...Array(write).keys()].filter((above) => leadsBackTo(graph, [above]).has(write));
    for (const user of users) {
      const isThroughOther = users.some((other) => other !== user && leadsBackTo(graph, [user]).has(other));
      if (isThroughOther) continue;
      const names = wayTo(graph, user, write).map((index) => graph.steps[index]!.name);
      report.add("STEP_READS_LATER_WRITE", { path: names }, graph.steps[user]!.location);
    }
  }
}

function wayTo(graph: StepGraph, from: number, to: number): readonly number[] {
  const edges = graph.needs.map((needs, index) => {
    const fallback = graph.fallbacks[index];
    return fallback === undefined ? [...needs] : [...needs, fallback];
  });
  return findWay(edges, from, to) ?? [from, to];
}

/** Reports steps and guards that wait for each other, at the first step of the circle. True when there was none. */
export function refuseCycles(
  graph: StepGraph,
  after: readonly ReadonlySet<number>[],
  guards: readonly GuardNeeds[],
  report: Report,
): boolean {
  const count = graph.steps.length;
  const edges = waits(graph, after, guards);
  const seen = new Set<number>();
  for (let start = 0; start < count; start++) {
    if (seen.has(start)) continue;
    const way = findWay(edges, start, start) ?? findWay(edges, count + start, count + start);
    if (way === undefined) continue;
    way.forEach((node) => seen.add(node % count));
    const names = way.map((node) => (node < 2 * count ? graph.steps[node % count]!.name : "its guard"));
    const path = names.filter((name, index) => name !== names[index - 1]);
    report.add(
      "STEP_CYCLE",
      { path: path.length === 1 ? [...path, ...path] : path },
      graph.steps[start]!.location,
    );
  }
  return seen.size === 0;
}

/**
 * What waits for what: the start of each step, then the end of each, then the guards. A stand-in starts behind the
 * start of the step that it stands in for, which ends behind the end of its stand-in.
 */
function waits(
  { steps, needs, fallbacks }: StepGraph,
  after: readonly ReadonlySet<number>[],
  guards: readonly GuardNeeds[],
): readonly (readonly number[])[] {
  const count = steps.length;
  const endOf = (index: number) => count + index;
  const starts = steps.map((_, index) => [
    ...[...needs[index]!, ...after[index]!].map(endOf),
    ...guards.flatMap(({ stops }, number) => (stops.has(index) ? [2 * count + number] : [])),
    ...fallbacks.flatMap((fallback, primary) => (fallback === index ? [primary] : [])),
  ]);
  const ends = fallbacks.map((fallback, index) =>
    fallback === undefined ? [index] : [index, endOf(fallback)],
  );
  return [...starts, ...ends, ...guards.map((guard) => [...guard.needs].map(endOf))];
}

/** The shortest way along edges, both ends included; for a circle they are the same. */
function findWay(
  edges: readonly (readonly number[])[],
  from: number,
  to: number,
): readonly number[] | undefined {
  const cameFrom = new Map<number, number>();
  const open = [from];
  for (let index = open.shift(); index !== undefined; index = open.shift()) {
    for (const next of edges[index]!) {
      if (next === to) return [...wayBack(cameFrom, from, index), to];
      if (cameFrom.has(next) || next === from) continue;
      cameFrom.set(next, index);
      open.push(next);
    }
  }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<number, number>, from: number, to: number): readonly number[] {
  const way = [to];
  while (way[0] !== from) way.unshift(cameFrom.get(way[0]!)!);
  return way;
}
