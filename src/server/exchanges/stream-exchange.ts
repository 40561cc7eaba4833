import type { FastifyReply, FastifyRequest } from "fastify";
import type { Readable } from "node:stream";
import type { Cancellable, StreamedReply, StreamReceiver, Upload } from "../../contracts/source.js";
import type { ExecutionInput } from "../../engine/execution/execution-input.js";
import type { RawRequest } from "../../plan/request-values.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { RunnableEndpoint } from "../../service.js";
import type { Watched } from "./hang-ups.js";
import { inputOf } from "./input-of.js";
import { noteReply } from "./observe-requests.js";
import { addExecutionHeaders, sendProblem } from "../problems/send-problem.js";
import { countRead } from "../limits/limit-requests.js";
import type { Serving } from "../serving.js";

/** One request whose bodies pass as they come, each no faster than the other side takes it. */
export class StreamExchange implements Watched, StreamReceiver {
  private readonly request: FastifyRequest;
  private readonly reply: FastifyReply;
  private readonly serving: Serving;
  private run: Cancellable | undefined;
  private isAnswered = false;

  constructor(request: FastifyRequest, reply: FastifyReply, serving: Serving) {
    this.request = request;
    this.reply = reply;
    this.serving = serving;
  }

  /** Checks the request and opens the stream; the reply follows. Throws REQUEST_INVALID. */
  start(endpoint: RunnableEndpoint, raw: RawRequest): void {
    const { request, serving } = this;
    const input = inputOf(request, raw, endpoint.plan);
    countRead(endpoint, input, request, this.reply, serving.counter, (refusal) => {
      if (refusal === undefined) this.open(endpoint, input);
      else this.fail(refusal);
    });
  }

  private open(endpoint: RunnableEndpoint, input: ExecutionInput): void {
    const { request, serving } = this;
    const { socket } = request.raw;
    serving.hangUps.watch(socket, this);
    const upload = endpoint.plan.endpoint.stream?.hasUpload === true ? uploadOf(request) : undefined;
    this.run = endpoint.stream!(input, upload, this);
    if (socket.destroyed) this.hangUp();
  }

  hangUp(): void {
    this.run?.cancel();
    if (this.isAnswered) return;
    this.isAnswered = true;
    const { request, reply, serving } = this;
    request.problem = failure("REQUEST_CANCELLED", {}).problem;
    reply.hijack();
    noteReply(request, reply, serving);
  }

  opened({ status, headers, body }: StreamedReply): void {
    const { request, reply, serving } = this;
    this.isAnswered = true;
    reply.code(status);
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    addExecutionHeaders(request, reply, true);
    if (serving.isStopping()) reply.header("connection", "close");
    (body as Readable).once("close", () => this.end());
    // What waits for its first bytes, such as events, begins for the caller all the same.
    reply.raw.once("pipe", () => reply.raw.flushHeaders());
    reply.send(body);
  }

  fail(error: OrchestratorError): void {
    this.isAnswered = true;
    this.end();
    sendProblem(error, this.request, this.reply, this.serving);
  }

  private end(): void {
    this.serving.hangUps.unwatch(this.request.raw.socket, this);
  }
}

const passedHeaders = ["content-type", "content-length", "content-encoding"] as const;

function uploadOf({ raw }: FastifyRequest): Upload | undefined {
  const { headers } = raw;
  if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return undefined;
  const passed = passedHeaders.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]] as const],
  );
  return { body: raw, headers: Object.fromEntries(passed) };
}
