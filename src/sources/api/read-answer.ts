import type { HttpReply } from "../../connections/http/http-reply.js";
import { replyInvalid } from "../../connections/http/reply-invalid.js";
import { retryAfterMs } from "../../connections/http/retry-after.js";
import type { Clock } from "../../contracts/host.js";
import type { Evaluate } from "../../expression/expression.js";
import type { JsonValue } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Formula } from "../../schema/formula.js";
import type { HoldToSchema } from "../../schema/json-schema.js";
import type { ApiCall, CallScope } from "./api-call.js";
import { ApiReply } from "./api-reply.js";
import type { ParseBody } from "./parse-body.js";
import type { StatusSet } from "./statuses.js";
import type { Success } from "./success.js";

export interface AnswerRules {
  readonly success: Success;
  readonly emptyOn: StatusSet;
  readonly parse: ParseBody;
  /** Holds the parsed body to its schema, where the configuration wants that. */
  readonly hold: HoldToSchema | undefined;
  readonly select: Formula | undefined;
  /** What leads to the next page. */
  readonly next: Formula | undefined;
}

/** Compiles what becomes of an answer: nothing, a failure, its body, or what `select` takes from it. */
export function compileAnswer({ success, emptyOn, parse, hold, select, next }: AnswerRules): ApiCall["read"] {
  const selectValue = select?.compile();
  const findNext = next?.compile();
  const held = hold === undefined ? parse : heldParse(parse, hold);
  const body =
    success.kind === "statuses" ? checkStatus(success.statuses, held) : checkAll(success.formula, held);
  return (reply, scope, clock) => {
    if (emptyOn.has(reply.status)) return new ApiReply(null, reply);
    const value = body(reply, scope, clock);
    if (selectValue === undefined && findNext === undefined) return new ApiReply(value, reply);
    const seen = answerScope(scope, reply, value);
    return new ApiReply(selectValue === undefined ? value : selectValue(seen), reply, findNext?.(seen));
  };
}

type ReadBody = (reply: HttpReply, scope: CallScope, clock: Clock) => JsonValue;

/** An answer without a body says nothing that could break the schema. */
function heldParse(parse: ParseBody, hold: HoldToSchema): ParseBody {
  return (reply) => {
    const value = parse(reply);
    const fault = reply.body.length === 0 ? undefined : hold(value);
    if (fault !== undefined) throw replyInvalid(`its body does not fit its schema: ${fault}`);
    return value;
  };
}

/** The body of a failure is not looked at. */
function checkStatus(statuses: StatusSet, parse: ParseBody): ReadBody {
  return (reply, _, clock) => {
    if (!statuses.has(reply.status)) throw failingStatus(reply, clock);
    return parse(reply);
  };
}

/** The expression sees the body; one that cannot be parsed it sees as null, and an answer that passes must be parsed. */
function checkAll(formula: Formula, parse: ParseBody): ReadBody {
  const isSuccess: Evaluate = formula.compile();
  return (reply, scope, clock) => {
    const body = attempt(() => parse(reply));
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
