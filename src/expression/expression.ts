import type { Problem } from "../problems/problem.js";
import type { JsonValue } from "./value.js";

/**
 * What an expression can see when it runs: one field a root, named without its `$`. Roots that are not set read as null.
 * `nowMs` is the time that `now()` gives, fixed for an execution; no root can have that name, for roots are lower case.
 */
export interface Scope {
  readonly nowMs: number;
  readonly [root: string]: JsonValue | undefined;
}

/** One use of a root: `$customer.address["city"]` has root `customer` and path `address`, `city`. */
export interface Reference {
  readonly root: string;
  /** The literal members read from it, up to the first that is computed or called. */
  readonly path: readonly ReferenceMember[];
  /** Offsets in the expression's text: of the root with its `$`. */
  readonly start: number;
  readonly end: number;
}

export interface ReferenceMember {
  readonly name: string | number;
  readonly start: number;
  readonly end: number;
}

/** A fault in an expression's text; `start` and `end` are offsets in it. */
export interface ExpressionFault {
  readonly problem: Problem;
  readonly start: number;
  readonly end: number;
}

/** Computes a value. Throws OrchestratorError with EXPRESSION_LIMIT or EXPRESSION_FAILED, and nothing else. */
export type Evaluate = (scope: Scope) => JsonValue;
