import type { ProblemCode, ProblemParams } from "./catalogue.js";
import { compareLocations, type Location } from "./location.js";
import { problem, type Problem, type ProblemExtras } from "./problem.js";

/** Collects every problem of one run. A check reports, answers `undefined` and goes on. */
export class Report {
  private readonly found: Problem[] = [];
  private readonly seen = new Set<string>();

  add<Code extends ProblemCode>(
    code: Code,
    params: ProblemParams<Code>,
    location: Location | undefined,
    extras: ProblemExtras = {},
  ): undefined {
    this.addProblem(problem(code, params, { location, ...extras }));
  }

  /** The same problem at the same place counts once: an operation that several domains see is checked for each. */
  addProblem(found: Problem): undefined {
    const { file, line, column } = found.location ?? {};
    const key = JSON.stringify([found.code, found.message, file, line, column]);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.found.push(found);
  }

  get errorCount(): number {
    return this.found.filter((each) => each.severity === "error").length;
  }

  /** All problems by place; those without a place come last. */
  sorted(): readonly Problem[] {
    return this.found
      .map((each, index) => ({ each, index }))
      .sort((a, b) => compareLocations(a.each.location, b.each.location) || a.index - b.index)
      .map(({ each }) => each);
  }
}
