import type { Clock } from "../../contracts/host.js";
import type {
  CallContext,
  Cancellable,
  Mount,
  OtherSource,
  Receiver,
  Source,
  SourceLog,
} from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { NativeReader } from "./features/native-reader.js";
import type { ReadBatcher } from "./features/read-batcher.js";
import type { RemoteReader } from "./remote/remote-reader.js";
import type { FeastSettings } from "./settings.js";
import { DatabaseFallback, type FallbackColumn } from "./steps/database-fallback.js";
import type { FeastCall } from "./steps/feast-call.js";
import { startNative } from "./steps/native-step.js";
import { startRemote } from "./steps/remote-step.js";

export interface FeastParts {
  readonly settings: FeastSettings;
  /** One of them at least. */
  readonly reader: NativeReader | undefined;
  readonly remote: RemoteReader | undefined;
  readonly batcher: ReadBatcher;
  readonly mount: Mount | undefined;
  readonly fallback: OtherSource | undefined;
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** A feature store, read natively or through its server. */
export class FeastSource implements Source<FeastCall> {
  readonly mount: Mount | undefined;
  private readonly parts: FeastParts;
  private readonly fallback: DatabaseFallback | undefined;

  /** Throws what is wrong with `database_fallback`. */
  constructor(parts: FeastParts) {
    const { settings, fallback } = parts;
    this.parts = parts;
    this.mount = parts.mount;
    this.fallback = fallback && new DatabaseFallback(fallback, settings.database_fallback!);
  }

  start(call: FeastCall, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable {
    if (this.fallback === undefined) return this.ask(call, parameters, context, receiver);
    let current: Cancellable | undefined;
    const primary = this.ask(call, parameters, context, {
      succeed: (reply) => receiver.succeed(reply),
      fail: (error) => {
        if (!isOfStore(error)) return receiver.fail(error);
        const nowMs = this.parts.clock.nowMs();
        const columns = this.columnsOf(call);
        current = this.fallback!.start(call, columns, parameters, context, receiver, error, nowMs);
      },
    });
    return {
      cancel: () => {
        primary.cancel();
        current?.cancel();
      },
    };
  }

  async probe(): Promise<void> {
    await this.parts.reader?.store.probe();
    if (this.parts.reader === undefined) await this.parts.remote?.probe();
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.reader?.close(), this.parts.remote?.close()]);
  }

  private ask(
    call: FeastCall,
    parameters: JsonObject,
    { trace }: CallContext,
    receiver: Receiver,
  ): Cancellable {
    const { reader, remote, batcher, settings, clock, log } = this.parts;
    const { ttl } = settings;
    const started =
      call.needsServer || reader === undefined
        ? startRemote(call, parameters, { remote: remote!, ttl, clock, trace }, receiver)
        : startNative(call, parameters, { reader, batcher, ttl, clock, log }, receiver);
    return started instanceof OrchestratorError ? failLater(started, receiver) : started;
  }

  private columnsOf({ selection }: FeastCall): readonly FallbackColumn[] {
    const { reader } = this.parts;
    if (reader !== undefined) {
      const { columns, projections } = reader.current.stepPlan(selection);
      return columns.map(({ name, projection, field }) => ({
        name,
        reference: `${projections[projection]!.view.name}:${field.name}`,
      }));
    }
    return selection.references.map((reference) => ({
      reference,
      name: selection.fullNames ? reference.replace(":", "__") : reference.slice(reference.indexOf(":") + 1),
    }));
  }
}

/** The store or the server failed; what the step itself got wrong would fail anywhere. */
function isOfStore({ code }: OrchestratorError): boolean {
  return code.startsWith("SOURCE_") || code === "QUERY_FAILED";
}

function failLater(error: OrchestratorError, receiver: Receiver): Cancellable {
  let isCancelled = false;
  queueMicrotask(() => isCancelled || receiver.fail(asOrchestratorError(error)));
  return { cancel: () => void (isCancelled = true) };
}
