import type { HttpClient, HttpRequest } from "../../connections/http/http-client.js";
import type { Clock } from "../../contracts/host.js";
import type { CallContext, Cancellable, Receiver, Source, SourceLog } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { callScope, type ApiCall } from "./api-call.js";
import { Exchange, type Surface } from "./exchange.js";
import { failLater } from "./fail-later.js";

/** An API and the connections to it. */
export class ApiSource implements Source<ApiCall> {
  private readonly client: HttpClient;
  private readonly surface: Surface;

  constructor(client: HttpClient, clock: Clock, log: SourceLog) {
    this.client = client;
    this.surface = { clock, log };
  }

  start(call: ApiCall, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable {
    const scope = callScope(parameters, context.surroundings);
    let request: HttpRequest;
    try {
      request = call.request(scope);
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
    return this.client.send(request, call.maxResponse, new Exchange(call, scope, receiver, this.surface));
  }

  /** Connects, without a request: an API that answers with a failing status can be reached. */
  probe(): Promise<void> {
    return this.client.probe();
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
