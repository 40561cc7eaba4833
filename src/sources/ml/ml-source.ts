import { failLater } from "../../connections/fail-later.js";
import type { Clock } from "../../contracts/host.js";
import type {
  CallContext,
  CallDescription,
  Cancellable,
  Receiver,
  Source,
  SourceLog,
  StreamContext,
  StreamReceiver,
} from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { BatchingBackend } from "./batching/batching-backend.js";
import type { ModelHost } from "./backend.js";
import { modelDescription } from "./declared/model-description.js";
import type { Model } from "./model.js";
import { Predictor } from "./predictor.js";
import type { Recorders } from "./record/open-recorders.js";
import type { MlCall } from "./steps/ml-call.js";

/** The models of one source, and what they run on. */
export class MlSource implements Source<MlCall> {
  private readonly host: ModelHost;
  private readonly recorders: Recorders;
  private readonly predictors: ReadonlyMap<string, Predictor>;
  private isClosed = false;

  constructor(host: ModelHost, models: readonly Model[], recorders: Recorders, clock: Clock, log: SourceLog) {
    this.host = host;
    this.recorders = recorders;
    this.predictors = new Map(
      models.map((model) => {
        const own = host.backendOf(model);
        const { batching } = model;
        const backend = batching === undefined ? own : new BatchingBackend(own, batching, clock);
        return [model.name, new Predictor(model, backend, log, recorders.of(model))];
      }),
    );
  }

  start(call: MlCall, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable {
    if (this.isClosed) return failLater(receiver, failure("SOURCE_CANCELLED", {}, { wasSent: false }));
    const started = this.predictors.get(call.model.name)!.start(call, parameters, context, receiver);
    return started instanceof OrchestratorError ? failLater(receiver, started) : started;
  }

  stream(
    call: MlCall,
    parameters: JsonObject,
    context: StreamContext,
    receiver: StreamReceiver,
  ): Cancellable {
    const started = this.predictors.get(call.model.name)!.stream(call, parameters, context, receiver);
    return started instanceof OrchestratorError ? failLater(receiver, started) : started;
  }

  /** A model is asked once, however many steps use it. */
  describe(calls: readonly MlCall[]): Promise<readonly CallDescription[]> {
    const asked = new Map<string | undefined, Promise<CallDescription>>();
    for (const call of calls) {
      if (asked.has(call.shapeKey)) continue;
      asked.set(call.shapeKey, modelDescription(call, this.predictors.get(call.model.name)!.backend));
    }
    return Promise.all(calls.map(({ shapeKey }) => asked.get(shapeKey)!));
  }

  /** The source is ready when all its models are. */
  async probe(): Promise<void> {
    await Promise.all([...this.predictors.values()].map(({ backend }) => backend.ready()));
  }

  async started(): Promise<void> {
    await this.host.started?.();
  }

  facts(): JsonObject | undefined {
    return this.host.facts?.();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.host.close();
    await this.recorders.close();
  }
}
