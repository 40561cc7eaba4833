import type { Access, AuthMethod } from "../contracts/access.js";
import type { CombineRule, Effect, Isolation, Prepared, SourceType } from "../contracts/source.js";
import type { LimitedBy, RateLimit } from "../contracts/rate-limit.js";
import type { JsonObject, JsonValue } from "../expression/value.js";
import type { Location } from "../problems/location.js";
import type { Formula } from "../schema/formula.js";
import type { Located } from "../schema/scalars.js";
import type { Secret } from "../schema/secret.js";
import type { CallPolicy } from "./policy-keys.js";

/**
 * A checked configuration: every name is resolved, every default filled, every unit one (milliseconds, bytes).
 * Frozen. What people write stops here; the planner reads only this.
 */
export interface ServiceConfig {
  readonly projectFolder: string;
  readonly configFolder: string;
  readonly environment: { readonly name: string; readonly reason: string };
  readonly app: AppConfig;
  readonly server: ServerConfig;
  readonly api: ApiConfig;
  readonly logging: LoggingConfig;
  readonly admin: AdminConfig | false;
  readonly auth: AuthConfig;
  /** That of config.yaml, which is among those of each endpoint. */
  readonly limit: Limit | undefined;
  /** What sources serve by themselves. */
  readonly mounts: readonly ConfiguredMount[];
  readonly cache: CacheConfig;
  /** `undefined` where nothing is traced. */
  readonly tracing?: TracingConfig | undefined;
  readonly sources: readonly ConfiguredSource[];
  readonly domains: readonly Domain[];
}

export interface TracingConfig {
  readonly endpoint: string;
  readonly headers: ReadonlyMap<string, Secret>;
  /** From 0 to 1. */
  readonly sample: number;
}

export interface CacheConfig {
  readonly store: "memory";
  readonly maxBytes: number;
}

export interface AppConfig {
  readonly name: string;
  readonly description: string | undefined;
  readonly version: string;
  readonly debug: boolean;
}

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly bodyLimitBytes: number;
  readonly shutdownTimeoutMs: number;
  /** Whose `X-Forwarded-For` counts: these, or as many proxies; `undefined`: nobody's. */
  readonly trustProxy: readonly string[] | number | undefined;
  /** Long replies, for callers who take them so. */
  readonly compresses?: boolean;
  readonly cors: CorsConfig | undefined;
  readonly tls: TlsConfig | undefined;
  /** `undefined` where no request is refused. */
  readonly overload?: OverloadConfig | undefined;
}

export interface OverloadConfig {
  readonly maxInFlight: number;
  readonly maxEventLoopDelayMs: number;
}

export interface CorsConfig {
  /** `*` is everybody. */
  readonly origins: readonly string[];
  readonly allowsCredentials: boolean;
}

/** Paths are absolute. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

export interface ApiConfig {
  readonly prefix: string;
  readonly docsUrl: string | false;
  readonly redocUrl: string | false;
  readonly openapiUrl: string | false;
}

export interface LoggingConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  readonly format: "json" | "pretty" | undefined;
  /** Absolute; `undefined` where stdout is all. */
  readonly file: string | undefined;
  readonly rotate: RotateConfig | false;
}

export interface RotateConfig {
  readonly everyMs: number | undefined;
  readonly maxSizeBytes: number;
  /** Files beside the one that is written. */
  readonly keep: number;
}

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
  /** `undefined`: the one in `data/admin.token`. */
  readonly token: Secret | undefined;
}

/** How many requests are answered, and whose count together. Where it is an expression, those with the same value. */
export interface Limit extends RateLimit<LimitedBy | Formula> {
  readonly id: string;
}

/** What a source serves by itself, and who may ask it. */
export interface ConfiguredMount {
  /** Below the prefix. */
  readonly path: string;
  readonly source: ConfiguredSource;
  readonly access: Access | undefined;
  readonly limits: readonly Limit[];
}

/** How callers show who they are, and which of them are known. */
export interface AuthConfig {
  /** What is asked for where nothing else is said; none: nobody is asked. */
  readonly default: readonly AuthMethod[];
  readonly apiKeys: ApiKeysConfig | undefined;
  readonly jwt: JwtConfig | undefined;
  /** The methods that callers can use. */
  readonly methods: readonly AuthMethod[];
}

export interface ApiKeysConfig {
  /** Absolute. */
  readonly file: string;
  readonly keys: readonly StoredApiKey[];
}

export interface StoredApiKey {
  readonly name: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

export interface JwtConfig {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly keys: JwtKeys;
  readonly algorithms: readonly string[];
  readonly rolesClaim: string;
  readonly scopesClaim: string;
  readonly clockToleranceMs: number;
  /** How long keys of a URL, and tokens that were found good, are taken without another look. */
  readonly cacheMs: number;
  readonly cooldownMs: number;
}

/** What verifies tokens: public keys, or a secret. */
export type JwtKeys =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "set"; readonly set: JsonObject }
  | { readonly kind: "secret"; readonly secret: Secret };

/** One configured connection. `id` is unique in the project: `database.default`, or `customers/database.default`. */
export interface ConfiguredSource {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** The domain whose folder holds it; `undefined` for a global one. */
  readonly domain: string | undefined;
  readonly type: SourceType;
  readonly settings: unknown;
  readonly isRequiredForReadiness: boolean;
  /**
   * A hash of its settings as written, variables replaced, without operations: two loads in which it is equal mean
   * the same connection. Secrets are part of it, and cannot be had from it.
   */
  readonly fingerprint: string;
  readonly location: Location;
}

export interface Domain {
  readonly id: string;
  readonly description: string | undefined;
  readonly file: string;
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  /** `<domain>.<endpoint>` */
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly isDeprecated: boolean;
  /** `undefined` for an internal endpoint, which has no route. */
  readonly route: Route | undefined;
  /** `undefined` where everybody may call. */
  readonly access: Access | undefined;
  readonly limits: readonly Limit[];
  readonly request: RequestSchemas;
  readonly outputSchema: JsonObject | undefined;
  readonly timeoutMs: number;
  readonly steps: readonly Step[];
  readonly guards: readonly Guard[];
  readonly response: ResponseRule;
  /** Its bodies pass as they come; `undefined` where they are read and built. */
  readonly stream?: { readonly hasUpload: boolean } | undefined;
  readonly transaction?: EndpointTransaction | undefined;
  /** `undefined` where its replies are not kept. */
  readonly cache?: EndpointCache | undefined;
  readonly idempotency?: EndpointIdempotency | undefined;
  /** The value of a step comes in pages. */
  readonly paging?: Paging | undefined;
  readonly constants: JsonObject;
  /** `$request.x` in short: the part of the request in which `x` is declared. */
  readonly requestAliases: ReadonlyMap<string, RequestPart>;
  readonly location: Location;
}

/** All steps of the source that run before the commit are in it. */
export interface EndpointTransaction {
  readonly source: ConfiguredSource;
  readonly isolation: Isolation | undefined;
  /** The first one counts. */
  readonly attempts: number;
}

/** How whole replies of an endpoint are kept, as written. Times are milliseconds. */
export interface EndpointCache {
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly tags: readonly string[];
  /** Written by hand; `undefined`: all that the reply depends on. */
  readonly key: Formula | undefined;
  /** Paths of the caller's request that do not count, as written. */
  readonly ignored: readonly Located<string>[];
  /** Differs where the endpoint as written, or a constant, differs. */
  readonly fingerprint: string;
  readonly location: Location;
}

/** A caller's `Idempotency-Key` makes a request that is sent again one request. */
export interface EndpointIdempotency {
  readonly keepMs: number;
  readonly isRequired: boolean;
}

/** The value of a step comes in pages. */
export interface Paging {
  /** It reads one item more than the page has. */
  readonly step: string;
  /** The columns that say where a page ended. */
  readonly by: "offset" | readonly string[];
}

export type RequestPart = "path_params" | "query_params" | "body";

export interface Route {
  readonly method: Method;
  /** Below the prefix, as written: `/customers/{customer_id}`; `{rest*}` at its end takes the rest. */
  readonly path: string;
  readonly parameters: readonly string[];
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/** JSON Schemas of a request. Every path parameter of the route has one. */
export interface RequestSchemas {
  readonly pathParams: ReadonlyMap<string, RequestField>;
  readonly queryParams: ReadonlyMap<string, RequestField>;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, RequestField>;
  /** `undefined` where no body is read. */
  readonly body: JsonObject | undefined;
  readonly isBodyRequired: boolean;
}

export interface RequestField {
  readonly schema: JsonObject;
  readonly isRequired: boolean;
  readonly defaultValue: JsonValue | undefined;
}

export type Step = CallStep | ValueStep;

interface StepCommon {
  readonly name: string;
  readonly location: Location;
  readonly dependsOn: readonly string[];
  readonly condition: Formula | undefined;
  readonly forEach: ForEach | undefined;
  readonly transform: Formula | undefined;
  readonly onError: OnError;
  readonly runsAlways: boolean;
  readonly acceptsFallback: readonly string[];
  readonly phase: StepPhase;
}

/** Before the commit and the reply, where an endpoint is done unless it says otherwise; between them; after both. */
export type StepPhase = "main" | "commit" | "response";

/** A step that calls an operation of a source. */
export interface CallStep extends StepCommon {
  readonly kind: "call";
  readonly source: ConfiguredSource;
  readonly operationName: string;
  readonly call: Prepared;
  readonly effect: Effect;
  readonly parameters: ReadonlyMap<string, Formula>;
  readonly policy: CallPolicy;
  /** Differs where the operation, its source or a file they name differs. */
  readonly fingerprint: string;
  /** All attempts and waits together. */
  readonly timeoutMs: number | undefined;
  /** Where several operations share its calls; what the step itself says of its call is then the first of them. */
  readonly traffic?: Traffic | undefined;
  /** Where several operations answer together; what the step itself says of its call is then the first of them. */
  readonly ensemble?: Ensemble | undefined;
}

export interface Ensemble {
  readonly combine: CombineRule;
  readonly members: readonly EnsembleMember[];
}

export interface EnsembleMember extends StepCall {
  readonly name: string;
  readonly weight: number;
  readonly isRequired: boolean;
}

/** What differs between the operations that share the calls of a step. */
export type StepCall = Pick<CallStep, "source" | "operationName" | "call" | "policy" | "fingerprint">;

export interface Traffic {
  /** `undefined`: at random. */
  readonly stickyBy: Formula | undefined;
  /** The header in which callers with one of the roles may name the arm. */
  readonly named: NamedArms | undefined;
  readonly arms: readonly TrafficArm[];
  readonly shadows: readonly TrafficShadow[];
}

export interface NamedArms {
  /** In lower case. */
  readonly header: string;
  readonly roles: readonly string[];
}

export interface TrafficArm extends StepCall {
  /** The operation, with its source where two arms have operations of one name. */
  readonly name: string;
  readonly weight: number;
}

export interface TrafficShadow extends StepCall {
  readonly name: string;
  readonly percent: number;
  readonly timeoutMs: number;
  /** How far each field may differ, or that nothing may. */
  readonly compare: "exact" | ReadonlyMap<string, number>;
}

/** A step that computes something once for all who use it. */
export interface ValueStep extends StepCommon {
  readonly kind: "value";
  readonly effect: "read";
  readonly value: Formula;
}

export interface ForEach {
  readonly list: Formula;
  readonly maxConcurrency: number;
  readonly maxItems: number;
}

export type OnError =
  | { readonly kind: "fail" }
  | { readonly kind: "value"; readonly value: Formula }
  | { readonly kind: "step"; readonly step: string };

export interface Guard {
  readonly when: GuardCondition;
  readonly status: number;
  readonly code: string;
  readonly detail: Formula | undefined;
  readonly location: Location;
}

/** Written by hand, or the default `not_found`: the primary step answered null. */
export type GuardCondition =
  | { readonly kind: "formula"; readonly formula: Formula }
  | { readonly kind: "answered-null"; readonly step: string };

export interface ResponseRule {
  readonly body: ResponseBody;
  readonly status: Formula | undefined;
  readonly headers: ReadonlyMap<string, Formula>;
}

export type ResponseBody =
  | { readonly kind: "formula"; readonly formula: Formula }
  | { readonly kind: "step"; readonly step: string }
  | { readonly kind: "all-steps" };
