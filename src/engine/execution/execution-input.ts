import type { EventListener } from "../../contracts/events.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { Caller, TraceHeaders } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { RequestValues } from "../../plan/request-values.js";

/** One run of an endpoint: its checked request and what `$system` says of it. */
export interface ExecutionInput {
  readonly request: RequestValues;
  readonly executionId: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly clientIp: string;
  /** `$auth`: who calls; left out where nobody is asked, or the call comes from no caller. */
  readonly auth?: JsonObject | undefined;
  /** The request as it came, for sources that forward parts of it. */
  readonly caller?: Caller | undefined;
  /** What its calls tell other services of the trace that it belongs to. */
  readonly trace?: TraceLinks | undefined;
  /** Without one, no event is built. */
  readonly listener?: EventListener | undefined;
}

export interface TraceLinks {
  readonly headers: TraceHeaders;
  /** Of a step that has started, where events are listened to. */
  headersOfStep(name: string): TraceHeaders;
}

export interface ExecutionResult {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** `null` with status 204 is an empty body. */
  readonly body: JsonValue;
  /** The body as JSON, where it was made already. */
  readonly text?: string | undefined;
  /** False when a fallback was used. */
  readonly isComplete: boolean;
  /** A value of it is older than it should be. */
  readonly isStale: boolean;
  /** Set where the endpoint keeps its replies and this is one that may be kept. */
  readonly kept?: KeptBody | undefined;
}

/** A reply as it is kept. */
export interface KeptBody {
  /** The body as it is sent. */
  readonly bytes: Uint8Array;
  /** Equal for equal bodies. */
  readonly etag: string;
  /** How long it is still as good as new. */
  readonly freshMs: number;
}

/** Told once how an execution ended: with a result, or with the error that ended it. */
export type SettleExecution = (
  error: OrchestratorError | undefined,
  result: ExecutionResult | undefined,
  left: Leaving,
) => void;

/** What a run left behind: nothing, where no write had started or all was undone. */
export type Leaving = "nothing" | "written" | "unknown";
