import type { HttpClient, HttpRequest, Sender } from "../../../connections/http/http-client.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { traced } from "../../../connections/http/traced.js";
import { failLater } from "../../../connections/fail-later.js";
import type { Cancel, Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog, StreamReceiver } from "../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { AnswerReceiver, Backend, Question, QuestionContext, Signature } from "../backend.js";
import type { Model } from "../model.js";
import { EventStream } from "./event-stream.js";
import { failingStatus } from "./failing-status.js";
import type { Protocol, ProtocolRequest } from "./protocol.js";
import { failureBody, serverWords } from "./server-words.js";

/** How one model server is reached. */
export interface ServerAccess {
  readonly sender: Sender;
  /** Sends a request whose answer passes as it comes. */
  readonly stream: HttpClient["stream"];
  /** Connects without a request, where a protocol has no path for readiness. */
  readonly probe: HttpClient["probe"];
  /** The start of all paths, without a slash at its end. */
  readonly basePath: string;
  /** Of every request: names and values in turn. */
  readonly headers: readonly string[];
  readonly maxResponse: number;
  readonly clock: Clock;
  readonly log: SourceLog;
}

const probeTimeoutMs = 10_000;

/** A model behind a server that speaks a protocol over HTTP. */
export class HttpBackend implements Backend {
  signature: Signature | undefined;
  readonly learn: (() => Promise<void>) | undefined;
  readonly describe: (() => Promise<Signature>) | undefined;
  readonly stream: Backend["stream"];
  private readonly model: Model;
  private readonly protocol: Protocol;
  private readonly access: ServerAccess;

  constructor(model: Model, protocol: Protocol, access: ServerAccess) {
    this.model = model;
    this.protocol = protocol;
    this.access = access;
    const { metadata } = protocol;
    const describe = metadata && (() => this.askMetadata(metadata));
    this.describe = describe;
    this.learn =
      metadata?.isNeededToAsk === true ? async () => void (this.signature = await describe!()) : undefined;
    this.stream = protocol.writeStream && ((...asked) => this.openStream(...asked));
  }

  predict(question: Question, { trace }: QuestionContext, receiver: AnswerReceiver): Cancellable {
    const { model, protocol, access } = this;
    let request: HttpRequest;
    try {
      request = this.requestOf(protocol.write(question, model, this.signature));
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
    return access.sender.send(traced(request, trace), access.maxResponse, {
      replied: (reply) => {
        let answer;
        try {
          if (!isGood(reply)) throw this.failureOf(reply);
          answer = protocol.read(reply, question, model);
        } catch (error) {
          return receiver.fail(asOrchestratorError(error));
        }
        receiver.succeed(answer);
      },
      failed: (error) => receiver.fail(error),
    });
  }

  private openStream(question: Question, { trace }: QuestionContext, receiver: StreamReceiver): Cancellable {
    const { protocol, model, access } = this;
    const request = traced(this.requestOf(protocol.writeStream!(question, model)), trace);
    const failureOf = (reply: HttpReply) => this.failureOf(reply);
    return new EventStream(access.maxResponse, failureOf, receiver).begin(access.stream, request);
  }

  async ready(): Promise<void> {
    const check = this.protocol.ready?.(this.model);
    if (check === undefined) return this.access.probe();
    const reply = await this.get(check.path);
    if (!isGood(reply)) throw notReady(this.failureOf(reply));
    if (check.isReady?.(reply) === false) throw failure("MODEL_NOT_READY", {});
  }

  /** A server that knows nothing of its models leaves everything to the configuration. */
  private async askMetadata(metadata: NonNullable<Protocol["metadata"]>): Promise<Signature> {
    const reply = await this.get(metadata.path(this.model));
    if (isGood(reply)) return metadata.read(reply, this.model);
    if (reply.status === 501) return { inputs: [], outputs: [] };
    throw this.failureOf(reply);
  }

  private get(path: string): Promise<HttpReply> {
    const { access } = this;
    let stop: Cancel = () => undefined;
    const request = { method: "GET", path: access.basePath + path, headers: [...access.headers], body: null };
    return new Promise<HttpReply>((resolve, reject) => {
      const running = access.sender.send(request, access.maxResponse, { replied: resolve, failed: reject });
      stop = access.clock.after(probeTimeoutMs, () => {
        running.cancel();
        reject(failure("SOURCE_TIMED_OUT", { afterMs: probeTimeoutMs }));
      });
    }).finally(() => stop());
  }

  private requestOf({ path, contentType, body, headers = [] }: ProtocolRequest): HttpRequest {
    const { access } = this;
    return {
      method: "POST",
      path: access.basePath + path,
      headers: ["content-type", contentType, ...access.headers, ...headers],
      body,
    };
  }

  private failureOf(reply: HttpReply): OrchestratorError {
    const { model, access } = this;
    const body = failureBody(reply);
    const words = serverWords(reply, body);
    const error = this.protocol.failure?.(reply, body) ?? failingStatus(reply, words, access.clock.nowMs());
    access.log("warn", "A model server answered with a failure.", {
      model: model.name,
      code: error.code,
      status: reply.status,
      reason: words,
    });
    if (error.code !== "MODEL_BAD_REQUEST" || !model.passClientErrors) return error;
    return new OrchestratorError({ ...error.problem, callersOwn: true }, error.cause);
  }
}

function isGood({ status }: HttpReply): boolean {
  return status >= 200 && status < 300;
}

/** Servers say in several ways that a model is not ready, also by a status that means something else elsewhere. */
function notReady(error: OrchestratorError): OrchestratorError {
  const saysSo = ["MODEL_BAD_REQUEST", "MODEL_FAILED", "MODEL_OVERLOADED"].includes(error.code);
  const { upstreamStatus } = error.problem;
  return saysSo ? failure("MODEL_NOT_READY", {}, { upstreamStatus, cause: error.cause }) : error;
}
