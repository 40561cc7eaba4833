import type { HttpRequest } from "../../connections/http/http-client.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import type { Clock } from "../../contracts/host.js";
import type { CallContext, Prepared, Surroundings } from "../../contracts/source.js";
import type { Scope } from "../../expression/expression.js";
import type { JsonObject } from "../../expression/value.js";
import type { Access } from "../../connections/http/access.js";
import type { ApiReply } from "./api-reply.js";
import type { MockAnswer } from "./mock-answer.js";
import type { Paging } from "./paging.js";
import type { StatusSet } from "./statuses.js";

/** An operation of an API, compiled: how its request is made and how its answer is read. */
export interface ApiCall extends Prepared {
  readonly operationName: string;
  readonly method: string;
  readonly origin: string;
  /** Of the body of an answer, in bytes, after decompression. */
  readonly maxResponse: number;
  /** Throws what its expressions throw, PARAMETER_NULL and PARAMETER_INVALID. Nothing has been sent then. */
  request(scope: CallScope, context: CallContext, clock: Clock): HttpRequest;
  /** Throws SOURCE_FAILED, SOURCE_UNAVAILABLE, SOURCE_REPLY_INVALID and what its expressions throw. */
  read(reply: HttpReply, scope: CallScope, clock: Clock): ApiReply;
  readonly redirects: { readonly atMost: number; readonly statuses: StatusSet };
  readonly paging: Paging | undefined;
  /** A path that the other side named, with the credentials that stand in a query. */
  authorizedPath(path: string): string;
  /** Of streams: the longest time in which nothing comes. */
  readonly idleTimeoutMs: number;
  /** `undefined` where it is reached as its source is. */
  readonly access: Access | undefined;
  /** What stands for the answer when the service runs with mocks; `undefined` where there is nothing to make it from. */
  mock(): MockAnswer | undefined;
}

/** What the expressions of an operation see. */
export interface CallScope extends Scope {
  readonly params: JsonObject;
}

export function callScope(parameters: JsonObject, { nowMs, system, env }: Surroundings): CallScope {
  return { nowMs, params: parameters, system, env };
}
