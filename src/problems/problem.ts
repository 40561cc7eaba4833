import type { Location } from "./location.js";
import { catalogue, type ProblemCode, type ProblemParams } from "./catalogue.js";
import type { Severity } from "./entry.js";

/** One violation inside a request. `pointer` is a JSON Pointer that begins with path, query, headers or body. */
export interface Violation {
  readonly pointer: string;
  readonly message: string;
}

/** Everything that can go wrong, in one form: a line of the CLI, a body of the API, a row of the history. */
export interface Problem {
  readonly code: ProblemCode | CustomCode;
  readonly severity: Severity;
  readonly message: string;
  /** What the message was worded from, such as the name of a parameter. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly hint?: string | undefined;
  readonly location?: Location | undefined;
  /** Request violations, for REQUEST_INVALID. */
  readonly violations?: readonly Violation[] | undefined;
  /** The value at fault came from the caller as it was: a 400, not a 502. */
  readonly callersOwn?: boolean | undefined;
  /** The status that a `reject` guard asked for. */
  readonly status?: number | undefined;
  /** When it makes sense to try again, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
  /** The status that an upstream answered with, where one did. */
  readonly upstreamStatus?: number | undefined;
  /** False where it is certain that nothing reached the source, so that even a write may be repeated. */
  readonly wasSent?: boolean | undefined;
  /** It ended the request of before that had the same idempotency key. */
  readonly isReplayed?: boolean | undefined;
  readonly step?: string | undefined;
  readonly source?: string | undefined;
}

/** A code that a `reject` guard of a configuration chose; not of the catalogue. */
export type CustomCode = string & { readonly custom?: never };

export type ProblemExtras = Omit<Partial<Problem>, "code" | "message" | "facts">;

/** Words a problem of the catalogue. `extras` may override the hint and the severity, and add a place. */
export function problem<Code extends ProblemCode>(
  code: Code,
  params: ProblemParams<Code>,
  extras: ProblemExtras = {},
): Problem {
  const { severity, text } = catalogue[code] as {
    severity: Severity;
    text: (p: ProblemParams<Code>) => { message: string; hint?: string };
  };
  return { code, severity, facts: params as Readonly<Record<string, unknown>>, ...text(params), ...extras };
}
