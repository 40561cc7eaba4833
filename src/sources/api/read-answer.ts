import { bodyText } from "../../connections/http/body-text.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import { parseJson } from "../../connections/http/parse-json.js";
import type { Clock } from "../../contracts/host.js";
import type { Evaluate } from "../../expression/expression.js";
import type { JsonValue } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Formula } from "../../schema/formula.js";
import type { ApiCall, CallScope } from "./api-call.js";
import { ApiReply } from "./api-reply.js";
import { retryAfterMs } from "../../connections/http/retry-after.js";
import type { StatusSet } from "./statuses.js";
import type { Success } from "./success.js";

export interface AnswerRules {
  readonly success: Success;
  readonly emptyOn: StatusSet;
  readonly responseType: "json" | "text";
  readonly select: Formula | undefined;
}

/** Compiles what becomes of an answer: nothing, a failure, its body, or what `select` takes from it. */
export function compileAnswer({ success, emptyOn, responseType, select }: AnswerRules): ApiCall["read"] {
  const parse = responseType === "json" ? parseJson : (text: string) => text;
  const selectValue = select?.compile();
  const body =
    success.kind === "statuses" ? checkStatus(success.statuses, parse) : checkAll(success.formula, parse);
  return (reply, scope, clock) => {
    if (emptyOn.has(reply.status)) return new ApiReply(null, reply);
    const value = body(reply, scope, clock);
    if (selectValue === undefined) return new ApiReply(value, reply);
    return new ApiReply(selectValue(answerScope(scope, reply, value)), reply);
  };
}

type Parse = (text: string) => JsonValue;
type ReadBody = (reply: HttpReply, scope: CallScope, clock: Clock) => JsonValue;

/** The body of a failure is not looked at. */
function checkStatus(statuses: StatusSet, parse: Parse): ReadBody {
  return (reply, _, clock) => {
    if (!statuses.has(reply.status)) throw failingStatus(reply, clock);
    return parsedBody(reply, parse);
  };
}

/** The expression sees the body; one that cannot be parsed it sees as null, and an answer that passes must be parsed. */
function checkAll(formula: Formula, parse: Parse): ReadBody {
  const isSuccess: Evaluate = formula.compile();
  return (reply, scope, clock) => {
    const body = attempt(() => parsedBody(reply, parse));
    const passes = isSuccess(answerScope(scope, reply, "value" in body ? body.value : null)) === true;
    if (!passes) throw failingStatus(reply, clock);
    if ("value" in body) return body.value;
    throw body.error;
  };
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function parsedBody(reply: HttpReply, parse: Parse): JsonValue {
  return reply.body.length === 0 ? null : parse(bodyText(reply));
}

/** Headers are read from the wire only where someone looks at them. */
function answerScope(scope: CallScope, reply: HttpReply, body: JsonValue): CallScope {
  const { status } = reply;
  const response = {
    status,
    body,
    get headers() {
      return reply.headers;
    },
  };
  return { nowMs: scope.nowMs, params: scope.params, system: scope["system"], env: scope["env"], response };
}

/** 429 and 503 say that the other side rests; what it answers beside its status stays here. */
function failingStatus(reply: HttpReply, clock: Clock): OrchestratorError {
  const { status } = reply;
  if (status !== 429 && status !== 503)
    return failure("SOURCE_FAILED", { status }, { upstreamStatus: status });
  const waitMs = retryAfterMs(reply.header("retry-after"), clock.nowMs());
  return failure("SOURCE_UNAVAILABLE", {}, { upstreamStatus: status, retryAfterMs: waitMs });
}
