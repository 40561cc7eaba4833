import { formatSize } from "./format-size.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Violation } from "../../problems/problem.js";

/** What errors of Fastify and of plug-ins have in common, as far as we look. */
interface ForeignError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly validation?: unknown;
  readonly validationContext?: unknown;
}

/**
 * Any error thrown while serving, as a problem of the catalogue. A plug-in's error with a status of 4xx keeps its
 * status and its message, which its author wrote for callers; everything else unknown is INTERNAL.
 */
export function asServingError(error: unknown, bodyLimitBytes: number): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const { code, statusCode, message, validation, validationContext } = (error ?? {}) as ForeignError;
  if (Array.isArray(validation)) return invalidRequest(validation, validationContext, error);
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return failure("REQUEST_TOO_LARGE", { limit: formatSize(bodyLimitBytes) }, { cause: error });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return failure(
        "CONTENT_TYPE_UNSUPPORTED",
        { found: "unknown", expected: "application/json" },
        { cause: error },
      );
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return malformed("its body is not as long as Content-Length says", error);
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return malformed("its body is not JSON", error);
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return malformed("its path is not well formed", error);
    case "ECONNRESET":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return failure("REQUEST_CANCELLED", {}, { cause: error });
  }
  if (isStatus(statusCode, 400, 499)) {
    const detail = typeof message === "string" && message !== "" ? { detail: message } : {};
    return failure("REJECTED", detail, { status: statusCode, cause: error });
  }
  const status = isStatus(statusCode, 500, 599) ? { status: statusCode } : {};
  return failure("INTERNAL", {}, { ...status, cause: error });
}

function malformed(reason: string, cause: unknown): OrchestratorError {
  return failure("REQUEST_MALFORMED", { reason }, { cause });
}

/** A plug-in's route whose schema a request does not fit. */
function invalidRequest(found: readonly unknown[], part: unknown, cause: unknown): OrchestratorError {
  const root = part === "querystring" ? "query" : part === "params" ? "path" : String(part ?? "body");
  const violations = found.map((each): Violation => {
    const { instancePath, message } = each as { instancePath?: string; message?: string };
    return { pointer: `/${root}${instancePath ?? ""}`, message: message ?? "cannot be used" };
  });
  return failure("REQUEST_INVALID", { count: violations.length }, { violations, cause });
}

function isStatus(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
