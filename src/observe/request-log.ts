import type { Problem } from "../problems/problem.js";
import type { Logger } from "./logger.js";

/** What is written down of one request. Never its path, query, headers or body: people's data stands in them. */
export interface RequestFacts {
  readonly executionId: string | undefined;
  readonly requestId: string;
  readonly method: string;
  /** The route as it is written, such as `/orchestrator/customers/{customer_id}`; `undefined` where none matched. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  readonly problem: Problem | undefined;
}

/** Writes the one line of a request. */
export function logRequest(logger: Logger, facts: RequestFacts): void {
  const { executionId, requestId, method, route, status, durationMs, problem } = facts;
  const line = {
    execution_id: executionId,
    request_id: requestId,
    method,
    route,
    status,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    code: problem?.code,
    step: problem?.step,
    source: problem?.source,
  };
  if (status >= 500) logger.warn(line, "request");
  else logger.info(line, "request");
}
