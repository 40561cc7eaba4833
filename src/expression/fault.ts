import type { ProblemCode, ProblemParams } from "../problems/catalogue.js";
import { problem } from "../problems/problem.js";
import type { ExpressionFault } from "./expression.js";

/** Where something stands in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Ends the reading of an expression at its first fault. Never leaves this folder. */
export class Refusal extends Error {
  readonly fault: ExpressionFault;

  constructor(fault: ExpressionFault) {
    super(fault.problem.message);
    this.fault = fault;
  }
}

/** A fault of the catalogue at a place. */
export function faultAt<Code extends ProblemCode>(
  span: Span,
  code: Code,
  params: ProblemParams<Code>,
): ExpressionFault {
  return { problem: problem(code, params), start: span.start, end: span.end };
}

/** Refuses what stands at a place. */
export function refuse<Code extends ProblemCode>(span: Span, code: Code, params: ProblemParams<Code>): never {
  throw new Refusal(faultAt(span, code, params));
}

/** Tells a fault from what reading a text gives otherwise. */
export function isFault(value: object): value is ExpressionFault {
  return "problem" in value;
}
