import { Readable } from "node:stream";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { Cancel, Clock } from "../../contracts/host.js";
import type {
  CallContext,
  Cancellable,
  Receiver,
  Source,
  SourceLog,
  StreamContext,
  StreamReceiver,
} from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { callScope, type ApiCall, type CallScope } from "./api-call.js";
import { Exchange, type Surface } from "./exchange.js";
import { failLater } from "../../connections/fail-later.js";
import type { MockAnswer } from "./mock-answer.js";

/** Told when the source closes before its answer. */
type Waiter = Pick<Exchange, "failed">;

/** An API that is not there: its operations answer from their mocks, and nothing is sent. */
export class MockedSource implements Source<ApiCall> {
  readonly isUnbatched = true;
  private readonly surface: Surface;
  private readonly waiting = new Map<Waiter, Cancel>();
  private isClosed = false;

  constructor(clock: Clock, log: SourceLog) {
    this.surface = { clock, log };
  }

  /** The request is made all the same, so that a value it cannot take is found here too. */
  start(call: ApiCall, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable {
    const scope = callScope(parameters, context.surroundings);
    const refusal = this.refusal(call, scope, context);
    if (refusal !== undefined) return failLater(receiver, refusal);
    const mock = call.mock();
    if (mock === undefined) return failLater(receiver, failure("MOCK_MISSING", {}, { wasSent: false }));
    return this.answerLater(mock, new Exchange(call, scope, receiver, this.surface));
  }

  /** A mock passes as it is written, status and all. */
  stream(
    call: ApiCall,
    parameters: JsonObject,
    context: StreamContext,
    receiver: StreamReceiver,
  ): Cancellable {
    const refusal = this.refusal(call, callScope(parameters, context.surroundings), context);
    const mock = call.mock();
    if (refusal !== undefined) return failLater(receiver, refusal);
    if (mock === undefined) return failLater(receiver, failure("MOCK_MISSING", {}, { wasSent: false }));
    const { reply, delayMs } = mock;
    const body = Readable.from(reply.body.length === 0 ? [] : [reply.body]);
    const open = () => receiver.opened({ status: reply.status, headers: streamHeaders(reply), body });
    return this.later(delayMs, open, { failed: (error) => receiver.fail(error) });
  }

  async probe(): Promise<void> {}

  async close(): Promise<void> {
    this.isClosed = true;
    for (const [exchange, cancel] of this.waiting) {
      cancel();
      exchange.failed(failure("SOURCE_CANCELLED", {}));
    }
    this.waiting.clear();
  }

  private refusal(call: ApiCall, scope: CallScope, context: CallContext): OrchestratorError | undefined {
    if (this.isClosed) return failure("SOURCE_CANCELLED", {}, { wasSent: false });
    try {
      call.request(scope, context, this.surface.clock);
    } catch (error) {
      return asOrchestratorError(error);
    }
    return undefined;
  }

  private answerLater({ reply, delayMs }: MockAnswer, exchange: Exchange): Cancellable {
    return this.later(delayMs, () => exchange.replied(reply), exchange);
  }

  private later(delayMs: number, answer: () => void, waiter: Waiter): Cancellable {
    const cancel = this.surface.clock.after(delayMs, () => {
      this.waiting.delete(waiter);
      answer();
    });
    this.waiting.set(waiter, cancel);
    return {
      cancel: () => {
        cancel();
        this.waiting.delete(waiter);
      },
    };
  }
}

function streamHeaders(reply: HttpReply): Record<string, string> {
  return { "content-type": reply.header("content-type") ?? "application/json" };
}
