import type { JsonObject, JsonValue } from "../expression/value.js";
import type { Location } from "../problems/location.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";
import type { Report } from "../problems/report.js";
import type { ObjectSchema } from "../schema/composites.js";
import type { Tree } from "../schema/tree.js";
import type { Host } from "./host.js";

/**
 * A kind of source, such as `database` or `api`. Its schemas feed the checker, the editor and the reference page.
 * The life of one: `prepare` once for each operation, with nothing opened; `open` once for each configured source;
 * `start` for each call; `close` when no plan uses it any more.
 */
export interface SourceType<Settings = unknown, Operation = unknown, Call extends Prepared = Prepared> {
  /** The word people write as a step's `type`; also the top key of its file. */
  readonly kind: string;
  /** Where it is configured, without ending, such as `database` or `integrations/api_sources`. */
  readonly file: string;
  /** Where operations stand: `beside` the sources of the file, naming theirs, or `inside` each source. */
  readonly operations: { readonly key: string; readonly placed: "beside" | "inside" };
  /** The keys of a source and of an operation. Those of `CallPolicy` are added to both by the checker. */
  readonly settings: ObjectSchema<Settings>;
  readonly operation: ObjectSchema<Operation>;
  /**
   * What a call of this operation does, needs and gives. Reports what is wrong with it to `definition.report`
   * and answers `undefined` then.
   */
  prepare(definition: Definition<Settings, Operation>): Call | undefined;
  /** Makes the source usable. Opens connections when first needed, so it works while the other side is down. */
  open(opening: Opening<Settings>): Promise<Source<Call>>;
}

export interface Definition<Settings, Operation> {
  readonly sourceName: string;
  readonly operationName: string;
  readonly settings: Settings;
  readonly operation: Operation;
  /** The operation as written, for the places of what is wrong in it. */
  readonly tree: Tree;
  readonly location: Location;
  readonly report: Report;
}

export interface Opening<Settings> {
  readonly name: string;
  readonly settings: Settings;
  readonly host: Host;
  /** Relative paths of the settings begin here. */
  readonly projectFolder: string;
  /** Tells the operator something that no caller is told, such as why a query failed. Never a secret. */
  readonly log: SourceLog;
  /** Operations answer from their own `mock` and nothing is connected to; one without fails with MOCK_MISSING. */
  readonly isMocked: boolean;
}

export type SourceLog = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  facts?: JsonObject,
) => void;

/** An operation, ready to be called. A source type adds what it needs. */
export interface Prepared {
  readonly effect: Effect;
  /** What a step may and must pass. A step that passes another name is a problem of `check`. */
  readonly parameters: readonly Parameter[];
  /** The JSON Schema of the value, where it is known. */
  readonly shape?: JsonObject | undefined;
  /**
   * True for a write that the other side carries out once however often it is sent, so that it may be repeated.
   * All attempts of one call pass the same parameters.
   */
  readonly isIdempotent?: boolean | undefined;
}

export type Effect = "read" | "write";

export interface Parameter {
  readonly name: string;
  /** Without a value the step fails with PARAMETER_NULL and nothing is sent. */
  readonly isRequired: boolean;
}

/** One opened source. */
export interface Source<Call extends Prepared = Prepared> {
  /**
   * Starts one call and answers at once with the means to give it up. The receiver is told exactly once, later
   * than this returns, and not at all after `cancel`. Failures are OrchestratorErrors, with `wasSent: false` where
   * it is certain that nothing reached the other side. Callbacks, not promises: this is the hottest path there is.
   */
  start(call: Call, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable;
  /** Whether the other side can be reached. Rejects with an OrchestratorError that says why not. */
  probe(): Promise<void>;
  /** Ends what runs and frees everything. Can be called twice. */
  close(): Promise<void>;
}

export interface CallContext {
  /** When the wait for this call ends, on the host's monotonic clock. The engine cancels the call then. */
  readonly deadlineMs: number;
  /** `$system` and `$env` for the expressions of operations, and the time of `now()`. */
  readonly surroundings: Surroundings;
}

export interface Surroundings {
  readonly nowMs: number;
  readonly system: JsonObject;
  readonly env: JsonObject;
}

export interface Receiver {
  succeed(reply: SourceReply): void;
  fail(error: OrchestratorError): void;
}

export interface Cancellable {
  cancel(): void;
}

export interface SourceReply {
  readonly value: JsonValue;
  /** For `$meta.<step>.http_status` and `.headers` (names in lower case). */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
