import { traced } from "../../connections/http/traced.js";
import type { HttpRequest } from "../../connections/http/http-client.js";
import type { Clock } from "../../contracts/host.js";
import type {
  CallContext,
  Cancellable,
  PoolLoad,
  Receiver,
  Source,
  SourceLog,
  StreamContext,
  StreamReceiver,
} from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { callScope, type ApiCall } from "./api-call.js";
import { Exchange, type Surface } from "./exchange.js";
import { failLater } from "../../connections/fail-later.js";
import { PagedCall } from "./paged-call.js";
import { StreamCall } from "./stream-call.js";
import type { Senders } from "../../connections/http/senders.js";

/** An API and the connections to it. */
export class ApiSource implements Source<ApiCall> {
  private readonly senders: Senders;
  private readonly surface: Surface;

  constructor(senders: Senders, clock: Clock, log: SourceLog) {
    this.senders = senders;
    this.surface = { clock, log };
  }

  start(call: ApiCall, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable {
    const scope = callScope(parameters, context.surroundings);
    const { surface } = this;
    const sender = call.access === undefined ? this.senders.own : this.senders.of(call.access);
    let request: HttpRequest;
    try {
      if (call.paging !== undefined) {
        const build = () => traced(call.request(scope, context, surface.clock), context.trace);
        return new PagedCall(call, scope, receiver, surface, sender, build).begin();
      }
      request = traced(call.request(scope, context, surface.clock), context.trace);
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
    return new Exchange(call, scope, receiver, surface).begin(sender, request, call.maxResponse);
  }

  stream(
    call: ApiCall,
    parameters: JsonObject,
    context: StreamContext,
    receiver: StreamReceiver,
  ): Cancellable {
    const scope = callScope(parameters, context.surroundings);
    const { surface } = this;
    let request: HttpRequest;
    try {
      request = traced(call.request(scope, context, surface.clock), context.trace);
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
    return new StreamCall(call, receiver, surface).begin(this.senders, request, context.upload);
  }

  /** Connects, without a request: an API that answers with a failing status can be reached. */
  probe(): Promise<void> {
    return this.senders.probe();
  }

  load(): PoolLoad {
    return this.senders.load;
  }

  close(): Promise<void> {
    return this.senders.close();
  }
}
