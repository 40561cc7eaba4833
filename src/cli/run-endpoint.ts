import { randomUUID } from "node:crypto";
import type { EventListener } from "../contracts/events.js";
import type { ExecutionResult } from "../engine/execution/execution-input.js";
import type { RawRequest } from "../plan/request-values.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";
import type { RunnableEndpoint } from "../service.js";

export type Outcome =
  | { readonly result: ExecutionResult; readonly error?: undefined }
  | { readonly result?: undefined; readonly error: OrchestratorError };

/** Runs an endpoint once. Throws REQUEST_INVALID; a failure of the execution itself is an outcome. */
export function runEndpoint(
  endpoint: RunnableEndpoint,
  raw: RawRequest,
  listener: EventListener,
): Promise<Outcome> {
  const { route } = endpoint.plan.endpoint;
  const request = endpoint.plan.readRequest(raw);
  const id = randomUUID();
  const input = {
    request,
    executionId: id,
    requestId: id,
    method: route?.method ?? "GET",
    path: route?.path ?? "",
    clientIp: "127.0.0.1",
    caller: raw,
    listener,
  };
  return new Promise((resolve) => {
    endpoint.start(input, (error, result) => resolve(result === undefined ? { error: error! } : { result }));
  });
}
