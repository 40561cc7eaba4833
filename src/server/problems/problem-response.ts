import { STATUS_CODES } from "node:http";
import type { JsonValue } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { Problem } from "../../problems/problem.js";
import { detailOf, isForCallers, statusOf } from "./problem-status.js";

export interface ProblemContext {
  /** The path of the request, without its query. */
  readonly instance: string | undefined;
  readonly executionId: string | undefined;
  /** `app.debug`: names of steps and sources may be seen. */
  readonly isDebug: boolean;
}

export interface ProblemResponse {
  readonly status: number;
  readonly body: string;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter: string | undefined;
}

export const problemContentType = "application/problem+json; charset=utf-8";

/**
 * A problem as a caller gets it: problem details of RFC 9457. What is not meant for callers becomes INTERNAL.
 * The only place where codes meet HTTP statuses, with the table that it reads.
 */
export function problemResponse(problem: Problem, context: ProblemContext): ProblemResponse {
  const shown = isForCallers(problem) ? problem : { ...failure("INTERNAL", {}).problem, ...namesOf(problem) };
  const status = statusOf(shown);
  const details: Record<string, JsonValue | undefined> = {
    type: `urn:orchestrator-api:problem:${encodeURIComponent(shown.code)}`,
    title: titleOf(status),
    status,
    detail: detailOf(shown),
    instance: context.instance,
    code: shown.code,
    execution_id: context.executionId,
    errors: shown.violations?.map(({ pointer, message }) => ({ pointer, detail: message })),
    ...(context.isDebug && namesOf(shown)),
  };
  return { status, body: JSON.stringify(details), retryAfter: retryAfterOf(status, shown.retryAfterMs) };
}

function titleOf(status: number): string {
  return status === 499 ? "Client Closed Request" : (STATUS_CODES[status] ?? "Error");
}

function namesOf({ step, source }: Problem): { step?: string; source?: string } {
  return { ...(step !== undefined && { step }), ...(source !== undefined && { source }) };
}

function retryAfterOf(status: number, retryAfterMs: number | undefined): string | undefined {
  const waits = retryAfterMs !== undefined && (status === 503 || status === 429);
  return waits ? String(Math.max(1, Math.ceil(retryAfterMs / 1000))) : undefined;
}
