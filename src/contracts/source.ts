import type { JsonObject, JsonValue } from "../expression/value.js";
import type { Location } from "../problems/location.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";
import type { Problem } from "../problems/problem.js";
import type { Report } from "../problems/report.js";
import type { ObjectSchema } from "../schema/composites.js";
import type { Formula } from "../schema/formula.js";
import type { MappingTree, Tree } from "../schema/tree.js";
import type { Exposure } from "./exposure.js";
import type { Host } from "./host.js";
import type { Meter } from "./meter.js";
import type { ServerKeeper } from "./server-keeper.js";

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
  /**
   * Where operations stand: `beside` the sources of the file, naming theirs, or `inside` each source. A kind
   * without any has `step` instead: its steps say themselves what they call. With both, a step picks one of the
   * operations inside its source, and says in its own way what to ask of it.
   */
  readonly operations?: { readonly key: string; readonly placed: "beside" | "inside" } | undefined;
  /** The keys of a source and of an operation. Those of `CallPolicy` are added to both by the checker. */
  readonly settings: ObjectSchema<Settings>;
  readonly operation: ObjectSchema<Operation>;
  /**
   * What a call of this operation does, needs and gives. Reports what is wrong with it to `definition.report`
   * and answers `undefined` then.
   */
  prepare(definition: Definition<Settings, Operation>): Call | undefined;
  readonly step?: StepForm<Settings, Call> | undefined;
  /** For kinds whose operations can answer together: `ensemble` of a step. */
  combine?(rule: CombineRule, members: readonly MemberValue[]): JsonValue;
  /** What only the settings as a whole, or the files they name, can show to be wrong. Once for each source. */
  checkSource?(definition: SourceDefinition<Settings>): void;
  /** Whether an opened source will have `begin`. */
  transactions?(settings: Settings): boolean;
  /** Who may ask what an opened source serves by itself; `undefined` where it has no `mount`. */
  mounts?(settings: Settings): Exposure | undefined;
  /** Makes the source usable. Opens connections when first needed, so it works while the other side is down. */
  open(opening: Opening<Settings>): Promise<Source<Call>>;
}

/** How the answers of an ensemble become one. */
export const combineRules = ["mean", "weighted_mean", "median", "max", "min", "vote", "object"] as const;
export type CombineRule = (typeof combineRules)[number];

/** What one member of an ensemble answered. */
export interface MemberValue {
  readonly name: string;
  readonly weight: number;
  readonly value: JsonValue;
}

/** One value of those of the members that answered, in their order; at least one. Throws an OrchestratorError. */
export type CombineValues = (members: readonly MemberValue[]) => JsonValue;

/** How a step calls a source whose kind has no operations, or that is more than the parameters of one. */
export interface StepForm<Settings, Call extends Prepared> {
  /** The keys of `params` that are plain values, settled when loading; the others are expressions. */
  readonly fixed: readonly string[];
  /** As `prepare`. `definition.params` is the step's, as written. */
  prepare(definition: StepDefinition<Settings>): Call | undefined;
}

export interface SourceDefinition<Settings> {
  readonly sourceName: string;
  readonly settings: Settings;
  /** The source, or the step, as written. */
  readonly tree: Tree;
  readonly report: Report;
  /** Relative paths of the settings begin here. */
  readonly projectFolder: string;
  /** Reads a file, relative to the project. Throws OrchestratorError. */
  readonly readFile: (path: string) => Uint8Array;
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
  /** The names of the sources of a kind that this one can use. */
  readonly sourcesOf: (kind: string) => readonly string[];
  /** What was learned from the other side of a call, by the call's `shapeKey`. */
  readonly learned?: LearnedShape | undefined;
}

/** What `describe` told of a call, then or earlier; `undefined` where nothing was learned. */
export type LearnedShape = (shapeKey: string) => JsonObject | undefined;

export interface StepDefinition<Settings> extends SourceDefinition<Settings> {
  readonly stepName: string;
  readonly params: MappingTree | undefined;
  /** Those of `params` that are expressions, as they were read. */
  readonly formulas: ReadonlyMap<string, Formula>;
  readonly maxAge: MaxAge | undefined;
  /** The operation inside the source that the step picks; `undefined` where the source has none. */
  readonly operation?: PickedOperation | undefined;
}

export interface PickedOperation {
  readonly name: string;
  /** As the kind's `operation` schema read it. */
  readonly value: unknown;
}

/** How old a value may be, and whether an older one becomes null or fails the step. */
export interface MaxAge {
  readonly limitMs: number;
  readonly whenOlder: "null" | "fail";
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
  /** As in `SourceDefinition`. */
  readonly learned?: LearnedShape | undefined;
}

export interface Opening<Settings> {
  readonly name: string;
  /** `app.name`, for the other side's list of who is connected. */
  readonly appName?: string | undefined;
  readonly settings: Settings;
  readonly host: Host;
  /** Relative paths of the settings begin here. */
  readonly projectFolder: string;
  /** Tells the operator something that no caller is told, such as why a query failed. Never a secret. */
  readonly log: SourceLog;
  /** Operations answer from their own `mock` and nothing is connected to; one without fails with MOCK_MISSING. */
  readonly isMocked: boolean;
  /** Keeps the servers running that it needs. Not where it is mocked. */
  readonly keeper?: ServerKeeper | undefined;
  /** Where it counts what nobody else can see; `undefined` where nothing is counted. */
  readonly meter?: Meter | undefined;
  /** The calls that steps make of this source; `undefined` where it is opened only to be asked about them. */
  readonly calls?: readonly Prepared[] | undefined;
  /** Another source that this one sees, for what it cannot answer itself. Throws where there is none. */
  readonly otherSource?: ((kind: string, name: string) => OtherSource) | undefined;
}

/** A source as another one uses it, without knowing its kind. */
export interface OtherSource {
  /** An operation, given as a file would write it. Throws an OrchestratorError with what is wrong in it. */
  prepare(operation: JsonObject): Prepared;
  /** As `Source.start`; only once all sources are open. */
  start(call: Prepared, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable;
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
  /** Under which is kept what the other side tells of it: another text of the operation is another key. */
  readonly shapeKey?: string | undefined;
  /**
   * True for a write that the other side carries out once however often it is sent, so that it may be repeated.
   * All attempts of one call pass the same parameters.
   */
  readonly isIdempotent?: boolean | undefined;
  /** What of the caller's request reaches the source beside the parameters, and what of the answer goes back. */
  readonly forwards?: Forwards | undefined;
  /**
   * What may pass as it comes, see `Source.stream`: both `bodies`, or the `answer` alone, which an endpoint that builds
   * its own reply has no use for.
   */
  readonly streams?: "bodies" | "answer" | undefined;
  /** Whether its calls are told where they come from: see `CallContext.origin`. */
  readonly wantsOrigin?: boolean | undefined;
  /** Steps of which its calls look at `$meta`: see `CallContext.meta`. */
  readonly readsMeta?: readonly string[] | undefined;
  /** Fields of the value that tell who answered, such as the version of a model: values are compared without them. */
  readonly namesItself?: readonly string[] | undefined;
  /** The source may answer from somewhere else: a reply with `isFallback`. */
  readonly mayFallBack?: boolean | undefined;
  /** How many calls are made as one. Only of reads. */
  readonly batch?: Batch | undefined;
  /** It reads one thing by its key and has no `batch`: how such a form is written, for who calls it for each of many. */
  readonly batchAdvice?: string | undefined;
}

/** How many calls of a read become one. Each gets what it would have got by itself. */
export interface Batch {
  /** What is called in their place; it reads. */
  readonly call: Prepared;
  /** Different keys in one call at most. */
  readonly maxSize: number;
  /** Where a call belongs; `undefined` where it must be made by itself, which then says what is wrong with it. */
  place(parameters: JsonObject): BatchPlace | undefined;
  /** The parameters of the one call, for calls of one group with different keys. */
  merge(calls: readonly JsonObject[]): JsonObject;
  /**
   * The values of the calls, in their order; `undefined` for one that must be made by itself, because the answer leaves
   * open what belongs to it. Throws OrchestratorError where the answer cannot be read.
   */
  split(value: JsonValue, places: readonly BatchPlace[]): readonly (JsonValue | undefined)[];
}

export interface BatchPlace {
  /** Calls share one only where this is the same: what they pass beside the key. */
  readonly group: string;
  /** Calls with the same key get the same value. */
  readonly key: string;
}

/** Names of headers, in lower case, and of query parameters. An answer depends on them as on its parameters. */
export interface Forwards {
  readonly headers: readonly string[];
  readonly query: readonly string[];
  /** Headers of the answer that the caller gets too. */
  readonly responseHeaders: readonly string[];
  /** Fields of `$system` that are the caller's, such as `client_ip`, and are sent. */
  readonly system?: readonly string[] | undefined;
}

export type Effect = "read" | "write";

export interface Parameter {
  readonly name: string;
  /** Without a value the step fails with PARAMETER_NULL and nothing is sent. */
  readonly isRequired: boolean;
  /** Its value can be read in a URL, so a secret in it is a problem of `check`. */
  readonly showsInUrl?: boolean | undefined;
}

/** One opened source. */
export interface Source<Call extends Prepared = Prepared> {
  /**
   * Starts one call and answers at once with the means to give it up. The receiver is told exactly once, later
   * than this returns, and not at all after `cancel`. Failures are OrchestratorErrors, with `wasSent: false` where
   * it is certain that nothing reached the other side. Callbacks, not promises: this is the hottest path there is.
   */
  start(call: Call, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable;
  /**
   * Begins a transaction, for sources that have them. Rejects with an OrchestratorError where none can begin. Who
   * begins one ends it, by `commit` or `rollback`, whatever happens between.
   */
  begin?(options: TransactionOptions): Promise<Transaction<Call>>;
  /**
   * As `start`, with bodies that pass as they come, for calls that `streams` allows. The receiver is told once; what
   * goes wrong afterwards breaks the body off. `cancel` ends both bodies.
   */
  stream?(call: Call, parameters: JsonObject, context: StreamContext, receiver: StreamReceiver): Cancellable;
  /**
   * Asks the other side about calls that have a `shapeKey`, each a different one, in their order, and makes none of
   * them. Rejects with an OrchestratorError where it cannot be asked.
   */
  describe?(calls: readonly Call[]): Promise<readonly CallDescription[]>;
  /** The tables of a database, by name, for `import database`. Rejects with an OrchestratorError. */
  tables?(): Promise<readonly TableDescription[]>;
  /** Whether the other side can be reached now. Rejects with an OrchestratorError that says why not. */
  probe(): Promise<void>;
  /** Where it starts the other side itself: resolves when that has started, or could not. */
  started?(): Promise<void>;
  /** How its connections are used at the moment, where it has some of its own. */
  load?(): PoolLoad | undefined;
  /** What people are told of it beside whether it can be reached, such as the state of a server that is kept for it. */
  facts?(): JsonObject | undefined;
  /** Ends what runs and frees everything. Can be called twice. */
  close(): Promise<void>;
  /** Its calls have answers of their own only, as where they are mocked: a `batch` is not used. */
  readonly isUnbatched?: boolean | undefined;
  /** Answers requests below `{prefix}/<kind>/<source>` in a protocol of its own. */
  readonly mount?: Mount | undefined;
}

/** The connections of a source, and who waits for one. */
export interface PoolLoad {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** A table of a database, as operations can be written for it. */
export interface TableDescription {
  readonly name: string;
  /** As it stands in SQL, quoted. */
  readonly sqlName: string;
  readonly columns: readonly ColumnDescription[];
  /** Whether INSERT, UPDATE and DELETE have a RETURNING clause. */
  readonly hasReturning: boolean;
}

export interface ColumnDescription {
  readonly name: string;
  readonly sqlName: string;
  /** The type of a parameter for it; `undefined` where none can be written, as for bytes. */
  readonly type: string | undefined;
  /** Whether its values can be compared with a parameter that may be null. */
  readonly isFilter: boolean;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  readonly isKey: boolean;
}

/** What the other side says of a call. */
export interface CallDescription {
  /** What is wrong with it, at its place, or else at that of its source. */
  readonly problems: readonly Problem[];
  /**
   * What could be told of it, to be kept and given back as `learned`: the JSON Schema of its value, or something that
   * tells the kind as much.
   */
  readonly shape: JsonObject | undefined;
}

export interface TransactionOptions {
  /** The other side's own default where it is left out. A stricter one than asked for is as good. */
  readonly isolation?: Isolation | undefined;
  /** When the transaction is over at the latest, on the host's monotonic clock. Who began it rolls it back then. */
  readonly deadlineMs: number;
}

export type Isolation = "read_committed" | "repeatable_read" | "serializable";

/**
 * One open transaction, on a connection of its own. Everything asked of it is done one after another, in the order in
 * which it was asked. After a call that failed or was given up, further calls fail with SOURCE_CANCELLED until
 * `rollbackTo`: what such a call did must not stay. After TRANSACTION_CONFLICT, or when the connection is lost, only
 * `rollback` is left, and the whole transaction may be tried again.
 */
export interface Transaction<Call extends Prepared = Prepared> {
  /** As `Source.start`. Reads see what was written before them. A call that is given up is stopped. */
  start(call: Call, parameters: JsonObject, context: CallContext, receiver: Receiver): Cancellable;
  savepoint(): Promise<Savepoint>;
  /** Undoes all since the savepoint, which is gone afterwards. What still runs is stopped first. */
  rollbackTo(savepoint: Savepoint): Promise<void>;
  /** Keeps what was done since the savepoint as a part of the transaction. */
  release(savepoint: Savepoint): Promise<void>;
  /**
   * Makes all of it stay. Rejects with TRANSACTION_CONFLICT or CONSTRAINT_VIOLATED where nothing has changed, and with
   * COMMIT_OUTCOME_UNKNOWN where the answer was lost. The transaction is over either way.
   */
  commit(): Promise<void>;
  /** Undoes all of it. Stops what still runs. Never rejects, and can be called at any time, also twice. */
  rollback(): Promise<void>;
}

/** A place in a transaction to go back to. */
export interface Savepoint {
  readonly name: string;
}

/** What a source serves by itself. Everything below its path reaches it, whatever the method. */
export interface Mount {
  /** Told once, possibly before this returns. Must not throw. Its failures are replies of its own form. */
  answer(request: MountRequest, respond: (reply: MountReply) => void): Cancellable;
}

export interface MountRequest {
  readonly method: string;
  /** Below the mount, such as `/health`. */
  readonly path: string;
  /** As it was sent; empty where there is none. */
  readonly body: Uint8Array;
}

export interface MountReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CallContext {
  /** When the wait for this call ends, on the host's monotonic clock. The engine cancels the call then. */
  readonly deadlineMs: number;
  /** `$system` and `$env` for the expressions of operations, and the time of `now()`. */
  readonly surroundings: Surroundings;
  /** What tells the other side which trace this call belongs to; `undefined` where nobody traces. */
  readonly trace?: TraceHeaders | undefined;
  /** The step that makes the call, for calls that want to know. */
  readonly origin?: CallOrigin | undefined;
  /** `$meta` of the steps that have ended, of those in the call's `readsMeta` at least. */
  readonly meta?: JsonObject | undefined;
  /** The request that this call is made for, where there is one: for sources that forward parts of it. */
  readonly caller?: Caller | undefined;
}

/** Headers of W3C that go with a request. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** Where a call comes from. */
export interface CallOrigin {
  /** `<domain>.<endpoint>` */
  readonly endpoint: string;
  readonly step: string;
  /** Which of the operations that share the calls of the step it is, where there are several. */
  readonly arm: string | undefined;
  readonly isShadow: boolean;
}

/** What a caller sent, as it came: it may reach a source only where the configuration lists it by name. */
export interface Caller {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
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

export interface StreamContext extends CallContext {
  /** What the caller sends, where it is handed on. */
  readonly upload: Upload | undefined;
}

export interface Upload {
  readonly body: NodeJS.ReadableStream;
  /** `content-type`, `content-length` and `content-encoding`, as far as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface StreamReceiver {
  opened(reply: StreamedReply): void;
  fail(error: OrchestratorError): void;
}

export interface StreamedReply {
  readonly status: number;
  /** Those that describe the body, and those that the source passes on. Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: NodeJS.ReadableStream;
}

export interface Cancellable {
  cancel(): void;
}

export interface SourceReply {
  readonly value: JsonValue;
  /** For `$meta.<step>.http_status` and `.headers` (names in lower case). */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** More fields of `$meta.<step>`. Read only where an expression reads them, so it may be a getter. */
  readonly meta?: JsonObject | undefined;
  /** The value comes from where the source falls back to: the step's status is `fallback`. */
  readonly isFallback?: boolean | undefined;
  /** Set by the engine alone: the answer passes as it comes, and the call is over when its body is. */
  readonly streamed?: (StreamedReply & Cancellable) | undefined;
  /** Set by the engine alone: the value was kept from an earlier call. */
  readonly kept?: { readonly ageMs: number; readonly isStale: boolean } | undefined;
}
