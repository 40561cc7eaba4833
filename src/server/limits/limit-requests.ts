import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { LimitedBy, RateLimit } from "../../contracts/rate-limit.js";
import type { ExecutionInput } from "../../engine/execution/execution-input.js";
import type { JsonValue } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { RunnableEndpoint } from "../../service.js";
import { clientKey } from "./client-key.js";
import { countName, type RequestCounter, type Standing } from "./request-counts.js";

/** A limit whose key is known before the request is read. */
export type FixedLimit = RateLimit & { readonly id: string };

/** A limit, however it counts. */
export interface AnyLimit extends RateLimit<unknown> {
  readonly id: string;
}

/** Those of these limits that count before the caller is known, and those that count after. */
export function fixedLimits(limits: readonly AnyLimit[]): {
  readonly early: readonly FixedLimit[];
  readonly late: readonly FixedLimit[];
} {
  const fixed = limits.filter((limit): limit is FixedLimit => typeof limit.by === "string");
  return {
    early: fixed.filter(({ by }) => by === "client"),
    late: fixed.filter(({ by }) => by !== "client"),
  };
}

/** Told what refuses a request, or nothing. */
type Told = (refusal?: OrchestratorError) => void;

/** Counts requests before their body is read. No hook where there is no limit. */
export function limitHooks(limits: readonly FixedLimit[], counter: RequestCounter): onRequestHookHandler[] {
  return limits.map((limit) => (request, reply, done) => {
    count(limit, fixedKey(limit.by, request), counter, reply, done);
  });
}

/** Counts a request that is read and checked, where an endpoint has limits by what it says. */
export function countRead(
  endpoint: RunnableEndpoint,
  input: ExecutionInput,
  request: FastifyRequest,
  reply: FastifyReply,
  counter: RequestCounter,
  told: Told,
): void {
  const limits = endpoint.computedLimits?.(input);
  if (limits === undefined) return told();
  const countFrom = (index: number) => {
    const computed = limits[index];
    if (computed === undefined) return told();
    const { limit, value } = computed;
    count(limit, computedKey(value, request), counter, reply, (refusal) => {
      if (refusal === undefined) countFrom(index + 1);
      else told(refusal);
    });
  };
  countFrom(0);
}

/** How soon a request is worth another try that could not be counted. */
const uncountedRetryMs = 1_000;

function count(
  { id, limit, perMs }: { readonly id: string; readonly limit: number; readonly perMs: number },
  key: string,
  counter: RequestCounter,
  reply: FastifyReply,
  told: Told,
): void {
  counter.count({ name: countName(id, key), limit, perMs }, (standing) => {
    if (standing === undefined)
      return told(failure("RATE_LIMIT_UNAVAILABLE", {}, { retryAfterMs: uncountedRetryMs }));
    tell(standing, reply);
    if (standing.isOver) told(failure("RATE_LIMITED", {}, { retryAfterMs: standing.resetMs }));
    else told();
  });
}

/** Of several limits the one is told of which least is left. */
function tell({ limit, remaining, resetMs }: Standing, reply: FastifyReply): void {
  const told = reply.getHeader("ratelimit-remaining");
  if (told !== undefined && Number(told) < remaining) return;
  reply.header("ratelimit-limit", limit);
  reply.header("ratelimit-remaining", remaining);
  reply.header("ratelimit-reset", Math.ceil(resetMs / 1_000));
}

/** Who has no key or no name counts by address. */
function fixedKey(by: LimitedBy, request: FastifyRequest): string {
  const { identity } = request;
  const name = by === "api_key" ? identity?.key_id : by === "subject" ? identity?.subject : undefined;
  return name == null ? addressOf(request) : `${by} ${name}`;
}

function computedKey(value: JsonValue, request: FastifyRequest): string {
  return value === null ? addressOf(request) : `value ${JSON.stringify(value)}`;
}

/** A caller who has hung up has no address any more. */
function addressOf(request: FastifyRequest): string {
  const ip = request.ip as string | undefined;
  return `client ${clientKey(ip ?? "")}`;
}
