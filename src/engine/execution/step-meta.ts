import type { StepStatus } from "../../contracts/events.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";

/** `$meta.<step>`. */
export function metaOf(
  status: StepStatus,
  error: OrchestratorError | undefined,
  reply: SourceReply | undefined,
  arm?: string,
): JsonObject {
  return {
    status,
    error: error === undefined ? null : { code: error.code },
    http_status: reply?.status ?? error?.problem.upstreamStatus ?? null,
    headers: reply?.headers ?? null,
    age: reply?.kept === undefined ? null : Math.floor(reply.kept.ageMs / 1_000),
    ...reply?.meta,
    ...(arm === undefined ? {} : { arm }),
  };
}

/** How a step that gave a value ended. */
export function statusOf(reply: SourceReply | undefined): StepStatus {
  if (reply?.isFallback === true) return "fallback";
  if (reply?.kept === undefined) return "ok";
  return reply.kept.isStale ? "stale" : "cached";
}

/** The age of a stale value, in milliseconds; 0 for any other. */
export function staleAgeOf(reply: SourceReply | undefined): number {
  return reply?.kept?.isStale === true ? reply.kept.ageMs : 0;
}
