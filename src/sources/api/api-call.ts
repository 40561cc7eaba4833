import type { HttpRequest } from "../../connections/http/http-client.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { Clock } from "../../contracts/host.js";
import type { Prepared, SourceReply, Surroundings } from "../../contracts/source.js";
import type { Scope } from "../../expression/expression.js";
import type { JsonObject } from "../../expression/value.js";
import type { MockAnswer } from "./mock-answer.js";

/** An operation of an API, compiled: how its request is made and how its answer is read. */
export interface ApiCall extends Prepared {
  readonly operationName: string;
  readonly method: string;
  /** Of the body of an answer, in bytes, after decompression. */
  readonly maxResponse: number;
  /** Throws what its expressions throw, PARAMETER_NULL and PARAMETER_INVALID. Nothing has been sent then. */
  request(scope: CallScope): HttpRequest;
  /** Throws SOURCE_FAILED, SOURCE_UNAVAILABLE, SOURCE_REPLY_INVALID and what its expressions throw. */
  read(reply: HttpReply, scope: CallScope, clock: Clock): SourceReply;
  readonly mock: MockAnswer | undefined;
}

/** What the expressions of an operation see. */
export interface CallScope extends Scope {
  readonly params: JsonObject;
}

export function callScope(parameters: JsonObject, { nowMs, system, env }: Surroundings): CallScope {
  return { nowMs, params: parameters, system, env };
}
