import type { FastifyReply, FastifyRequest } from "fastify";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { problemContentType, problemResponse } from "./problem-response.js";
import { pathOf } from "../requests/request-target.js";
import type { Serving } from "../serving.js";

/** Replies with a problem, and writes a fault of the service into the log, under the id that the caller sees. */
export function sendProblem(
  error: OrchestratorError,
  request: FastifyRequest,
  reply: FastifyReply,
  serving: Serving,
): void {
  const { executionId } = request;
  const { status, body, retryAfter } = problemResponse(error.problem, {
    instance: pathOf(request.url),
    executionId,
    isDebug: serving.service.config.app.debug,
  });
  request.problem = error.problem;
  if (status === 500) logFault(error, request, serving);
  reply.code(status);
  reply.header("content-type", problemContentType);
  reply.header("x-content-type-options", "nosniff");
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  if (error.problem.isReplayed === true) reply.header("idempotency-replayed", "true");
  if (executionId !== undefined) addExecutionHeaders(request, reply, false);
  if (serving.isStopping()) reply.header("connection", "close");
  reply.send(body);
}

/** The headers that every reply of an endpoint has. A request id comes back only to those who sent one. */
export function addExecutionHeaders(request: FastifyRequest, reply: FastifyReply, isComplete: boolean): void {
  reply.header("x-execution-id", request.executionId);
  reply.header("x-orchestrator-complete", isComplete ? "true" : "false");
  if (request.headers["x-request-id"] === request.id) reply.header("x-request-id", request.id);
}

function logFault(error: OrchestratorError, request: FastifyRequest, { logger }: Serving): void {
  const { code, step, source } = error.problem;
  const facts = { execution_id: request.executionId, request_id: request.id, code, step, source };
  logger.error({ ...facts, err: error.cause ?? error }, error.message);
}
