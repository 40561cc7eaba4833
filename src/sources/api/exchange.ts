import type { HttpReceiver } from "../../connections/http/http-exchange.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { Clock } from "../../contracts/host.js";
import type { Receiver, SourceLog, SourceReply } from "../../contracts/source.js";
import { asOrchestratorError, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ApiCall, CallScope } from "./api-call.js";

/** What the calls of one source share. */
export interface Surface {
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** One call that waits for its answer. */
export class Exchange implements HttpReceiver {
  private readonly call: ApiCall;
  private readonly scope: CallScope;
  private readonly receiver: Receiver;
  private readonly surface: Surface;

  constructor(call: ApiCall, scope: CallScope, receiver: Receiver, surface: Surface) {
    this.call = call;
    this.scope = scope;
    this.receiver = receiver;
    this.surface = surface;
  }

  replied(reply: HttpReply): void {
    let answer: SourceReply;
    try {
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
