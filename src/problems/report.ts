import type { ProblemCode, ProblemParams } from "./catalogue.js";
import { compareLocations, type Location } from "./location.js";
import { problem, type Problem, type ProblemExtras } from "./problem.js";

/** Collects every problem of one run. A check reports, answers `undefined` and goes on. */
export class Report {
  private readonly found: Problem[] = [];

  add<Code extends ProblemCode>(
    code: Code,
    params: ProblemParams<Code>,
    location: Location | undefined,
    extras: ProblemExtras = {},
  ): undefined {
    this.addProblem(problem(code, params, { location, ...extras }));
  }

  addProblem(found: Problem): undefined {
    this.found.push(found);
  }

  get hasErrors(): boolean {
    return this.found.some((each) => each.severity === "error");
  }

  /** All problems by place; those without a place come last. */
  sorted(): readonly Problem[] {
    return this.found
      .map((each, index) => ({ each, index }))
      .sort((a, b) => compareLocations(a.each.location, b.each.location) || a.index - b.index)
      .map(({ each }) => each);
  }
}
