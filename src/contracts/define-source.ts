import type { JsonObject, JsonValue } from "../expression/value.js";
import { OrchestratorError, failure } from "../problems/orchestrator-error.js";
import type { ObjectSchema } from "../schema/composites.js";
import type { Host } from "./host.js";
import type { Definition, Opening, Prepared, Source, SourceReply, SourceType } from "./source.js";

/** A source type of one's own, written with promises. See `docs/own-sources.md`. */
export interface SourceDefinition<Settings, Operation> {
  readonly kind: string;
  readonly settings: ObjectSchema<Settings>;
  readonly operation: ObjectSchema<Operation>;
  prepare(definition: Definition<Settings, Operation>): Prepared | undefined;
  open(settings: Settings, opening: Opening<Settings>): Promise<OwnSource<Operation>>;
}

export interface OwnSource<Operation> {
  /** One call. Rejects with an OrchestratorError, or anything else, which becomes SOURCE_FAULT. */
  run(operation: Operation, parameters: JsonObject, context: OwnCallContext): Promise<OwnReply>;
  probe?(): Promise<void>;
  close?(): Promise<void>;
}

export interface OwnCallContext {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Milliseconds until then. */
  readonly timeLeftMs: number;
}

/** The value alone, or with what feeds `$meta`. */
export type OwnReply = SourceReply | { readonly value: JsonValue };

interface OwnCall<Operation> extends Prepared {
  readonly operation: Operation;
}

/** Makes a source type from promises. Its sources stand in `config/integrations/<kind>_sources.yaml`. */
export function defineSource<Settings, Operation>(
  definition: SourceDefinition<Settings, Operation>,
): SourceType<Settings, Operation, OwnCall<Operation>> {
  return {
    kind: definition.kind,
    file: `integrations/${definition.kind}_sources`,
    operations: { key: "operations", placed: "inside" },
    settings: definition.settings,
    operation: definition.operation,
    prepare(from) {
      const prepared = definition.prepare(from);
      return prepared === undefined ? undefined : { ...prepared, operation: from.operation };
    },
    async open(opening) {
      return fromPromises(await definition.open(opening.settings, opening), opening.host);
    },
  };
}

function fromPromises<Operation>(own: OwnSource<Operation>, host: Host): Source<OwnCall<Operation>> {
  return {
    start(call, parameters, context, receiver) {
      const controller = new AbortController();
      const timeLeftMs = Math.max(0, context.deadlineMs - host.clock.monotonicMs());
      Promise.resolve()
        .then(() => own.run(call.operation, parameters, { signal: controller.signal, timeLeftMs }))
        .then(
          (reply) => controller.signal.aborted || receiver.succeed(reply),
          (error: unknown) => controller.signal.aborted || receiver.fail(asSourceError(error)),
        );
      return { cancel: () => controller.abort() };
    },
    probe: async () => own.probe?.(),
    close: async () => own.close?.(),
  };
}

function asSourceError(error: unknown): OrchestratorError {
  return error instanceof OrchestratorError ? error : failure("SOURCE_FAULT", {}, { cause: error });
}
