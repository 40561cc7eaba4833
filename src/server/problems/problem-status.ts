import type { ProblemCode } from "../../problems/catalogue.js";
import type { adminReplyProblems } from "../../problems/catalogue/admin.js";
import type { authReplyProblems } from "../../problems/catalogue/auth.js";
import type { featureReplyProblems } from "../../problems/catalogue/feast.js";
import type { modelReplyProblems } from "../../problems/catalogue/model.js";
import type { replyProblems } from "../../problems/catalogue/request.js";
import type { sourceProblems } from "../../problems/catalogue/source.js";
import type { Problem } from "../../problems/problem.js";

/** The codes that a caller can be told of. Whatever else is thrown while serving is INTERNAL to callers. */
export type ReplyCode =
  | keyof typeof replyProblems
  | keyof typeof sourceProblems
  | keyof typeof featureReplyProblems
  | keyof typeof modelReplyProblems
  | keyof typeof adminReplyProblems
  | keyof typeof authReplyProblems
  | "EXPRESSION_LIMIT"
  | "EXPRESSION_FAILED";

/** The status of each code; a problem that carries a status of its own has that one. */
export const problemStatuses: Readonly<Record<ReplyCode, number>> = {
  REQUEST_INVALID: 400,
  TRAFFIC_ARM_UNKNOWN: 400,
  REQUEST_MALFORMED: 400,
  REQUEST_TOO_LARGE: 413,
  REQUEST_HEADERS_TOO_LARGE: 431,
  REQUEST_TIMED_OUT: 408,
  CONTENT_TYPE_UNSUPPORTED: 415,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_FOUND: 404,
  REJECTED: 400,
  ENDPOINT_TIMED_OUT: 504,
  REQUEST_CANCELLED: 499,
  WRITE_OUTCOME_UNKNOWN: 504,
  SERVICE_OVERLOADED: 503,
  IDEMPOTENCY_KEY_MISSING: 400,
  IDEMPOTENCY_KEY_TOO_LONG: 400,
  IDEMPOTENCY_KEY_IN_USE: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  IDEMPOTENCY_OUTCOME_UNKNOWN: 409,
  IDEMPOTENCY_UNAVAILABLE: 503,
  SERVICE_STOPPING: 503,
  INTERNAL: 500,
  SOURCE_UNREACHABLE: 502,
  SOURCE_ADDRESS_REFUSED: 502,
  SOURCE_TOKEN_REFUSED: 502,
  TOO_MANY_PAGES: 502,
  SOURCE_CONNECTION_LOST: 502,
  SOURCE_TIMED_OUT: 504,
  SOURCE_CANCELLED: 503,
  SOURCE_FAILED: 502,
  SOURCE_UNAVAILABLE: 503,
  SOURCE_BUSY: 503,
  SOURCE_RESTING: 503,
  SOURCE_REPLY_INVALID: 502,
  SOURCE_REPLY_TOO_LARGE: 502,
  SOURCE_FAULT: 502,
  MOCK_MISSING: 502,
  QUERY_FAILED: 502,
  QUERY_READ_ONLY: 500,
  TOO_MANY_ROWS: 500,
  PAGE_INVALID: 500,
  CONSTRAINT_VIOLATED: 409,
  TRANSACTION_CONFLICT: 409,
  COMMIT_OUTCOME_UNKNOWN: 500,
  PARAMETER_NULL: 502,
  PARAMETER_INVALID: 502,
  TOO_MANY_ITEMS: 502,
  LIST_EXPECTED: 502,
  FEATURE_TOO_OLD: 502,
  FEATURE_INVALID: 502,
  MODEL_NOT_READY: 503,
  MODEL_OVERLOADED: 503,
  MODEL_TIMED_OUT: 504,
  MODEL_BAD_REQUEST: 502,
  MODEL_UNAUTHORIZED: 502,
  MODEL_NOT_FOUND: 502,
  MODEL_FAILED: 502,
  MODEL_BAD_RESPONSE: 502,
  MODEL_UNSUPPORTED: 502,
  EXPRESSION_LIMIT: 500,
  EXPRESSION_FAILED: 500,
  CREDENTIALS_MISSING: 401,
  CREDENTIALS_REFUSED: 401,
  ACCESS_DENIED: 403,
  RATE_LIMITED: 429,
  RATE_LIMIT_UNAVAILABLE: 503,
  AUTH_UNAVAILABLE: 503,
  ADMIN_TOKEN_REFUSED: 401,
  ADMIN_HOST_REFUSED: 403,
  ADMIN_ORIGIN_REFUSED: 403,
  RELOAD_REFUSED: 422,
};

/** The codes whose hint is for the caller. Those of the others are for the people who run the service. */
const hintsForCallers: ReadonlySet<string> = new Set<ReplyCode>([
  "CONTENT_TYPE_UNSUPPORTED",
  "METHOD_NOT_ALLOWED",
  "WRITE_OUTCOME_UNKNOWN",
  "IDEMPOTENCY_KEY_MISSING",
  "IDEMPOTENCY_KEY_IN_USE",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_OUTCOME_UNKNOWN",
]);

/** The HTTP status that a caller gets for a problem. */
export function statusOf(problem: Problem): number {
  if (problem.status !== undefined) return problem.status;
  if (problem.callersOwn === true) return 400;
  return isReplyCode(problem.code) ? problemStatuses[problem.code] : 500;
}

/** Whether callers may see the wording of a problem: it is one of theirs, or a guard of the configuration made it. */
export function isForCallers(problem: Problem): boolean {
  return problem.status !== undefined || isReplyCode(problem.code);
}

/** What a caller is told, the hint included where it helps them. */
export function detailOf(problem: Problem): string {
  const { code, message, hint } = problem;
  return hint !== undefined && hintsForCallers.has(code) ? `${message} ${hint}` : message;
}

function isReplyCode(code: Problem["code"] | ProblemCode): code is ReplyCode {
  return Object.hasOwn(problemStatuses, code);
}
