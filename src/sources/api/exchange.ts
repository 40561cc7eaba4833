import type { HttpRequest, Sender } from "../../connections/http/http-client.js";
import type { HttpReceiver } from "../../connections/http/http-exchange.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { Clock } from "../../contracts/host.js";
import type { Cancellable, Receiver, SourceLog, SourceReply } from "../../contracts/source.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ApiCall, CallScope } from "./api-call.js";
import { redirected } from "./redirects.js";

/** What the calls of one source share. */
export interface Surface {
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** One call that waits for its answer, through redirects where it follows them. */
export class Exchange implements HttpReceiver, Cancellable {
  private readonly call: ApiCall;
  private readonly scope: CallScope;
  private readonly receiver: Receiver;
  private readonly surface: Surface;
  private sender: Sender | undefined;
  private request: HttpRequest | undefined;
  private maxBytes = 0;
  private hops = 0;
  private current: Cancellable | undefined;

  constructor(call: ApiCall, scope: CallScope, receiver: Receiver, surface: Surface) {
    this.call = call;
    this.scope = scope;
    this.receiver = receiver;
    this.surface = surface;
  }

  begin(sender: Sender, request: HttpRequest, maxBytes: number): this {
    this.sender = sender;
    this.request = request;
    this.maxBytes = maxBytes;
    this.current = sender.send(request, maxBytes, this);
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  replied(reply: HttpReply): void {
    let answer: SourceReply;
    try {
      if (reply.status >= 300 && reply.status < 400 && this.follow(reply)) return;
      answer = this.call.read(reply, this.scope, this.surface.clock);
    } catch (error) {
      return this.failed(asOrchestratorError(error));
    }
    this.receiver.succeed(answer);
  }

  failed(error: OrchestratorError): void {
    logFailure(this.surface.log, this.call, error);
    this.receiver.fail(error);
  }

  /** A mocked call has no sender, and nowhere to be sent on to. */
  private follow(reply: HttpReply): boolean {
    const { sender, request, call } = this;
    if (sender === undefined || request === undefined || call.redirects.atMost === 0) return false;
    const next = redirected(call, request, reply);
    if (next === undefined) return false;
    this.hops += 1;
    if (this.hops > call.redirects.atMost) {
      const cause = new Error(`it redirects more than ${call.redirects.atMost} times`);
      throw failure("SOURCE_FAILED", { status: reply.status }, { upstreamStatus: reply.status, cause });
    }
    this.begin(sender, next, this.maxBytes);
    return true;
  }
}

/** For the operator: which call failed and why, without a value that was sent or came back. */
export function logFailure(
  log: SourceLog,
  { operationName, method }: ApiCall,
  error: OrchestratorError,
): void {
  const { code, problem, cause } = error;
  log(code === "SOURCE_CANCELLED" ? "debug" : "warn", "A call of an API failed.", {
    operation: operationName,
    method,
    code,
    ...(problem.upstreamStatus === undefined ? {} : { status: problem.upstreamStatus }),
    ...(cause instanceof Error ? { reason: cause.message } : {}),
  });
}
