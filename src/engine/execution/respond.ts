import { isReplyStatus } from "../../config/reply-rules.js";
import type { JsonValue } from "../../expression/value.js";
import type { EndpointPlan } from "../../plan/plan.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { ExecutionResult } from "./execution-input.js";
import type { StepResults } from "./step-results.js";

/** Builds the answer from what the steps gave; one with a stale value says how old it is. Throws OrchestratorError where an expression of it fails. */
export function respond(
  { response, writes }: EndpointPlan,
  { scope, isComplete, staleAgeMs }: StepResults,
): ExecutionResult {
  const body = response.body(scope);
  const status = response.status === undefined ? undefined : statusOf(response.status(scope));
  const headers: (readonly [string, string])[] = [];
  for (const [name, evaluate] of response.headers) {
    for (const value of headerValues(name, evaluate(scope))) headers.push([name, value]);
  }
  if (staleAgeMs > 0) headers.push(["Age", String(Math.floor(staleAgeMs / 1_000))]);
  return {
    status: status ?? (writes && body === null ? 204 : 200),
    headers,
    body,
    isComplete,
    isStale: staleAgeMs > 0,
  };
}

/** With the body as it will be sent: what cannot be sent must not be committed. */
export function withText(result: ExecutionResult): ExecutionResult {
  const { status, body } = result;
  return { ...result, text: status === 204 || status === 304 ? undefined : JSON.stringify(body) };
}

function statusOf(value: JsonValue): number | undefined {
  if (value === null) return undefined;
  if (isReplyStatus(value)) return value;
  throw failure("EXPRESSION_FAILED", { reason: "`response_status` is not a status from 200 to 599" });
}

/** Cookies are set by a header each: their values stand on lines of their own. */
function headerValues(name: string, value: JsonValue): readonly string[] {
  if (value === null) return [];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const values = name.toLowerCase() === "set-cookie" ? text.split("\n") : [text];
  return values.map((each) => checkedHeader(name, each));
}

function checkedHeader(name: string, text: string): string {
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(text)) return text;
  throw failure("EXPRESSION_FAILED", {
    reason: `the header "${name}" has a character that headers cannot have`,
  });
}
