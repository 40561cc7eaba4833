import type { FastifyRequest } from "fastify";
import type { EventListener } from "../../contracts/events.js";
import type { ExecutionInput } from "../../engine/execution/execution-input.js";
import type { EndpointPlan } from "../../plan/plan.js";
import type { RawRequest } from "../../plan/request-values.js";
import { pathOf } from "../requests/request-target.js";

/** What the engine is given of a request, which is checked for it. Throws REQUEST_INVALID. */
export function inputOf(
  request: FastifyRequest,
  raw: RawRequest,
  plan: EndpointPlan,
  listener?: EventListener,
): ExecutionInput {
  return {
    request: plan.readRequest(raw),
    executionId: request.executionId!,
    requestId: request.id,
    method: request.method,
    path: pathOf(request.url),
    clientIp: request.ip,
    auth: request.identity,
    caller: raw,
    listener,
    trace: request.trace,
  };
}
