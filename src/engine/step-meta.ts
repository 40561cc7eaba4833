import type { StepStatus } from "../contracts/events.js";
import type { SourceReply } from "../contracts/source.js";
import type { JsonObject } from "../expression/value.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";

/** `$meta.<step>`. */
export function metaOf(
  status: StepStatus,
  error: OrchestratorError | undefined,
  reply: SourceReply | undefined,
): JsonObject {
  return {
    status,
    error: error === undefined ? null : { code: error.code },
    http_status: reply?.status ?? error?.problem.upstreamStatus ?? null,
    headers: reply?.headers ?? null,
    ...reply?.meta,
  };
}
