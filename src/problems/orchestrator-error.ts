import type { ProblemCode, ProblemParams } from "./catalogue.js";
import { problem, type Problem, type ProblemExtras } from "./problem.js";

/** The one error class: it carries a problem; a foreign error is wrapped once, in the adapter, and kept as `cause`. */
export class OrchestratorError extends Error {
  override readonly name = "OrchestratorError";
  readonly problem: Problem;
  /** More problems found in the same run, `problem` included; for configurations. */
  readonly problems: readonly Problem[];

  constructor(first: Problem, cause?: unknown, problems: readonly Problem[] = [first]) {
    super(first.message, cause === undefined ? undefined : { cause });
    this.problem = first;
    this.problems = problems;
  }

  get code(): string {
    return this.problem.code;
  }

  get hint(): string | undefined {
    return this.problem.hint;
  }
}

/** An OrchestratorError of the catalogue, ready to throw or to hand on. */
export function failure<Code extends ProblemCode>(
  code: Code,
  params: ProblemParams<Code>,
  extras: ProblemExtras & { cause?: unknown } = {},
): OrchestratorError {
  const { cause, ...rest } = extras;
  return new OrchestratorError(problem(code, params, rest), cause);
}

/** The error as it is, or INTERNAL around whatever else was thrown. */
export function asOrchestratorError(error: unknown): OrchestratorError {
  return error instanceof OrchestratorError ? error : failure("INTERNAL", {}, { cause: error });
}
