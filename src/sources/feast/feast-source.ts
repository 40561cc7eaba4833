import { failLater } from "../../connections/fail-later.js";
import type { Clock } from "../../contracts/host.js";
import type {
  CallContext,
  CallDescription,
  Cancellable,
  Mount,
  OtherSource,
  Receiver,
  Source,
  SourceLog,
} from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { NativeReader } from "./features/native-reader.js";
import type { ReadBatcher } from "./features/read-batcher.js";
import type { RemoteReader } from "./remote/remote-reader.js";
import type { FeastSettings } from "./settings.js";
import { DatabaseFallback, type FallbackColumn } from "./steps/database-fallback.js";
import { describeCalls } from "./steps/describe-calls.js";
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
        const columns = this.columnsOf(call);
        if (columns === undefined) return receiver.fail(error);
        const nowMs = this.parts.clock.nowMs();
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

  /** What the registry says of steps that could not be checked while loading. */
  async describe(calls: readonly FeastCall[]): Promise<readonly CallDescription[]> {
    const { reader, remote, settings } = this.parts;
    if (reader === undefined) return calls.map(() => ({ problems: [], shape: undefined }));
    const { registry, config } = reader.current;
    return describeCalls(calls, settings, { registry, config, hasServer: remote !== undefined });
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
    const isForServer =
      reader === undefined || (remote !== undefined && reader.current.needsServer(call.selection));
    const started = isForServer
      ? startRemote(call, parameters, { remote: remote!, ttl, clock, trace }, receiver)
      : startNative(call, parameters, { reader, batcher, ttl, clock, log }, receiver);
    return started instanceof OrchestratorError ? failLater(receiver, started) : started;
  }

  /** `undefined` where the registry does not tell any more what a service has. */
  private columnsOf({ selection }: FeastCall): readonly FallbackColumn[] | undefined {
    const plan = this.parts.reader?.current.findPlan(selection);
    if (plan !== undefined) {
      return plan.columns.map(({ name, projection, field }) => ({
        name,
        reference: `${plan.projections[projection]!.view.name}:${field.name}`,
      }));
    }
    if (selection.service !== undefined) return undefined;
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
