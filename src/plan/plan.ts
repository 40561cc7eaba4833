import type {
  Endpoint,
  EndpointTransaction,
  Guard,
  NamedArms,
  Step,
  StepPhase,
  TrafficShadow,
} from "../config/model.js";
import type { LimitedBy, RateLimit } from "../contracts/rate-limit.js";
import type { CombineValues } from "../contracts/source.js";
import type { Evaluate } from "../expression/expression.js";
import type { JsonObject } from "../expression/value.js";
import type { CallerRead } from "./caller-reads.js";
import type { RawRequest, RequestValues } from "./request-values.js";

/**
 * One endpoint, compiled: what runs, after what, and what is answered. Steps and guards are known by their index in
 * `steps` and `guards`; steps that nothing leads to are not among them. Immutable, and shared by all executions.
 */
export interface EndpointPlan {
  readonly endpoint: Endpoint;
  readonly steps: readonly PlannedStep[];
  readonly guards: readonly PlannedGuard[];
  readonly response: PlannedResponse;
  /** `undefined` where replies are not kept. */
  readonly cache: PlannedCache | undefined;
  readonly constants: JsonObject;
  readonly limits: readonly PlannedLimit[];
  /** Checks and converts a request. Throws REQUEST_INVALID with every violation. */
  readonly readRequest: (raw: RawRequest) => RequestValues;
  readonly transaction: EndpointTransaction | undefined;
  /** Whether any step writes. */
  readonly writes: boolean;
  /** How long before the deadline the steps with a fallback are given up, in milliseconds. */
  readonly fallbackMarginMs: number;
}

/** A limit of requests; where it has an expression, those with the same value count together. */
export interface PlannedLimit extends RateLimit<LimitedBy | Evaluate> {
  readonly id: string;
}

/** For whom and how long whole replies are kept. */
export interface PlannedCache {
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** Those of the values it is made of included. */
  readonly tags: readonly string[];
  /** Differs where the endpoint, or a call that it makes, differs. */
  readonly fingerprint: string;
  /** What of the caller's request tells replies apart. */
  readonly reads: readonly CallerRead[];
  /** Stands for `reads` where it is written by hand. */
  readonly key: Evaluate | undefined;
  /** The header of that name. */
  readonly vary: string | undefined;
  /** Whether caches between here and the caller may keep it too. */
  readonly isPublic: boolean;
}

export interface PlannedStep {
  readonly index: number;
  readonly step: Step;
  readonly name: string;
  /** Steps whose values it uses, or that it names in `depends_on`. When one fails, it fails with it. */
  readonly needs: readonly number[];
  /** Steps it only waits for: writes keep their place. */
  readonly after: readonly number[];
  readonly waitsForGuards: readonly number[];
  /** Steps that its condition refers to: the condition is decided when these are done. */
  readonly conditionNeeds: readonly number[];
  readonly condition: Evaluate | undefined;
  readonly parameters: PlannedParameters | undefined;
  readonly value: Evaluate | undefined;
  readonly transform: Evaluate | undefined;
  readonly forEach:
    | {
        readonly list: Evaluate;
        /** How many items run at a time: of those whose calls become one, all of these calls. */
        readonly atOnce: number;
        readonly maxItems: number;
        readonly isCallersOwn: boolean;
      }
    | undefined;
  readonly fallback: PlannedFallback | undefined;
  /** Steps that run this one only when they fail. */
  readonly fallbackFor: readonly number[];
  /** Its failure ends the request; otherwise it counts as the failure of the steps that use it. */
  readonly isHard: boolean;
  /** Whether `$meta` of it is read anywhere. */
  readonly keepsMeta: boolean;
  /** Another step makes calls of the same operation, or it makes several: equal calls run once. */
  readonly joins: boolean;
  readonly phase: StepPhase;
  /** How it runs in the transaction; `undefined` where it does not. */
  readonly transaction: StepTransaction | undefined;
  /** Where several operations share its calls. */
  readonly traffic: PlannedTraffic | undefined;
  /** Where several operations answer together. */
  readonly ensemble: PlannedEnsemble | undefined;
}

export interface PlannedEnsemble {
  readonly combine: CombineValues;
  readonly members: readonly PlannedMember[];
}

export interface PlannedMember {
  readonly name: string;
  readonly weight: number;
  readonly isRequired: boolean;
  /** The step as it is where only this one is asked. */
  readonly planned: PlannedStep;
}

export interface PlannedTraffic {
  /** `undefined`: at random. */
  readonly stickyBy: Evaluate | undefined;
  readonly named: NamedArms | undefined;
  readonly arms: readonly PlannedArm[];
  readonly shadows: readonly TrafficShadow[];
}

export interface PlannedArm {
  readonly name: string;
  readonly weight: number;
  /** The step as it is where all its calls go to this arm. */
  readonly planned: PlannedStep;
}

export interface StepTransaction {
  /** It may fail or be given up, and the transaction goes on without it. */
  readonly hasSavepoint: boolean;
}

export interface PlannedParameters {
  readonly evaluate: Evaluate;
  /** Null in one of these is PARAMETER_NULL. */
  readonly required: readonly string[];
  /** Those that are the caller's own values, unchanged: a fault in them is the caller's. */
  readonly callersOwn: ReadonlySet<string>;
}

export type PlannedFallback =
  { readonly kind: "value"; readonly evaluate: Evaluate } | { readonly kind: "step"; readonly index: number };

export interface PlannedGuard {
  readonly index: number;
  readonly guard: Guard;
  /** Steps it refers to. */
  readonly needs: readonly number[];
  /** These and all that they wait for, through however many steps. */
  readonly leadsTo: ReadonlySet<number>;
  readonly when: Evaluate | undefined;
  /** The default `not_found`: holds when this step answered null. */
  readonly answeredNull: number | undefined;
  readonly detail: Evaluate | undefined;
}

export interface PlannedResponse {
  readonly body: Evaluate;
  readonly status: Evaluate | undefined;
  readonly headers: readonly (readonly [string, Evaluate])[];
}
