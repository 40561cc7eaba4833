import { validateHeaderName, validateHeaderValue } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isFramingHeader, isReplyStatus } from "../../config/reply-rules.js";
import type { EventListener } from "../../contracts/events.js";
import type { Cancellable } from "../../contracts/source.js";
import type { ExecutionInput, ExecutionResult } from "../../engine/execution/execution-input.js";
import type { RawRequest } from "../../plan/request-values.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { RunnableEndpoint } from "../../service.js";
import { addCachingHeaders } from "./caching-headers.js";
import type { RequestTrace } from "../../observe/traces/request-trace.js";
import type { Watched } from "./hang-ups.js";
import { inputOf } from "./input-of.js";
import { noteReply } from "./observe-requests.js";
import { addExecutionHeaders, sendProblem } from "../problems/send-problem.js";
import { ServerTiming } from "./server-timing.js";
import { countRead } from "../limits/limit-requests.js";
import type { Serving } from "../serving.js";

/** One request to an endpoint and its reply. One object a request; nothing of it is kept after the reply. */
export class Exchange implements Watched {
  private readonly request: FastifyRequest;
  private readonly reply: FastifyReply;
  private readonly serving: Serving;
  private endpoint: RunnableEndpoint | undefined;
  private execution: Cancellable | undefined;
  private timing: ServerTiming | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply, serving: Serving) {
    this.request = request;
    this.reply = reply;
    this.serving = serving;
  }

  /** Checks the request and starts the endpoint; the reply follows. Throws REQUEST_INVALID. */
  start(endpoint: RunnableEndpoint, raw: RawRequest): void {
    const { request, serving } = this;
    this.endpoint = endpoint;
    if (serving.service.config.app.debug) this.timing = new ServerTiming();
    const input = inputOf(request, raw, endpoint.plan, listenerOf(this.timing, request.trace));
    countRead(endpoint, input, request, this.reply, serving.counter, (refusal) => {
      if (refusal === undefined) this.run(endpoint, input);
      else this.fail(refusal);
    });
  }

  private run(endpoint: RunnableEndpoint, input: ExecutionInput): void {
    const { socket } = this.request.raw;
    this.serving.hangUps.watch(socket, this);
    this.execution = endpoint.start(input, (error, result) => this.settle(error, result));
    if (socket.destroyed) this.hangUp();
  }

  hangUp(): void {
    this.execution?.cancel();
  }

  private settle(error: OrchestratorError | undefined, result: ExecutionResult | undefined): void {
    const { socket } = this.request.raw;
    this.serving.hangUps.unwatch(socket, this);
    try {
      if (socket.destroyed) this.abandon(error);
      else if (result === undefined) this.fail(error);
      else this.answer(result);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private answer(result: ExecutionResult): void {
    const { request, reply, serving } = this;
    const { cache } = this.endpoint!.plan;
    const isEmpty = result.status === 204 || result.status === 304;
    const body = isEmpty ? undefined : bodyOf(result);
    checkStatus(result.status);
    for (const [name, value] of result.headers) checkHeader(name, value);
    reply.code(result.status);
    if (body !== undefined) reply.header("content-type", "application/json; charset=utf-8");
    for (const [name, value] of result.headers) reply.header(name, value);
    const isKnown = cache !== undefined && addCachingHeaders(request, reply, cache, result);
    addExecutionHeaders(request, reply, result.isComplete);
    this.addTiming();
    if (serving.isStopping()) reply.header("connection", "close");
    reply.send(isKnown ? undefined : body);
  }

  private fail(error: unknown): void {
    this.addTiming();
    sendProblem(asOrchestratorError(error), this.request, this.reply, this.serving);
  }

  /** Nobody is there any more: what would have been the reply is only written down. */
  private abandon(error: OrchestratorError | undefined): void {
    const { request, reply, serving } = this;
    request.problem = (error ?? failure("REQUEST_CANCELLED", {})).problem;
    reply.hijack();
    noteReply(request, reply, serving);
  }

  private addTiming(): void {
    const header = this.timing?.header();
    if (header) this.reply.header("server-timing", header);
  }
}

/** What is kept is kept as it is sent. */
function bodyOf(result: ExecutionResult): string | Uint8Array {
  return result.text ?? result.kept?.bytes ?? JSON.stringify(result.body);
}

function listenerOf(
  timing: ServerTiming | undefined,
  trace: RequestTrace | undefined,
): EventListener | undefined {
  const [one, other] = [timing?.listener, trace?.listener];
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    one(event);
    other(event);
  };
}

function checkStatus(status: number): void {
  if (!isReplyStatus(status)) throw new Error(`An endpoint answered with status ${status}.`);
}

function checkHeader(name: string, value: string): void {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  if (isFramingHeader(name)) throw new Error(`An endpoint set the header "${name}".`);
}
