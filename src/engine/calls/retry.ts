import type { RetryPolicy, RetryReason } from "../../config/policy-keys.js";
import type { Cancel, Clock } from "../../contracts/host.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { Cancellable, Effect, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ExtraCalls } from "./extra-calls.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** Whether a failed call may be repeated at all: a write only when nothing was sent, or when it is idempotent. */
export interface Repeatable {
  readonly effect: Effect;
  readonly isIdempotent: boolean;
}

/** What repeating needs beside the policy; `repeats` is what the calls of a source share. */
export interface RetryTools {
  readonly repeatable: Repeatable;
  readonly repeats: ExtraCalls;
  readonly clock: Clock;
  readonly meter?: CallMeter | undefined;
}

/**
 * Repeats a failed call within the budget of its source, with a random wait whose bound doubles. `Retry-After` is
 * obeyed where the deadline allows.
 */
export function withRetry(policy: RetryPolicy, tools: RetryTools): Wrap {
  return (next) => (parameters, context, receiver) => {
    tools.repeats.countCall();
    const call = new RetriedCall(next, parameters, context, receiver, policy, tools);
    call.attempt();
    return call;
  };
}

class RetriedCall implements Receiver, Cancellable {
  private attempts = 0;
  private current: Cancellable | undefined;
  private stopWait: Cancel | undefined;
  private readonly next: RunCall;
  private readonly parameters: JsonObject;
  private readonly context: EngineContext;
  private readonly receiver: Receiver;
  private readonly policy: RetryPolicy;
  private readonly tools: RetryTools;

  constructor(
    next: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
    policy: RetryPolicy,
    tools: RetryTools,
  ) {
    this.next = next;
    this.parameters = parameters;
    this.context = context;
    this.receiver = receiver;
    this.policy = policy;
    this.tools = tools;
  }

  attempt(): void {
    this.attempts += 1;
    this.current = this.next(this.parameters, this.context, this);
  }

  succeed(reply: SourceReply): void {
    this.receiver.succeed(reply);
  }

  fail(error: OrchestratorError): void {
    if (this.attempts >= this.policy.attempts || !this.mayRepeat(error)) return this.receiver.fail(error);
    const waitMs = error.problem.retryAfterMs ?? this.backoffMs();
    const { clock, repeats } = this.tools;
    const isTooLate = clock.monotonicMs() + waitMs >= this.context.deadlineMs;
    if (isTooLate || !repeats.take(this.policy.budget)) return this.receiver.fail(error);
    this.tools.meter?.retried();
    this.stopWait = clock.after(waitMs, () => this.attempt());
  }

  cancel(): void {
    this.stopWait?.();
    this.current?.cancel();
  }

  private mayRepeat({ problem }: OrchestratorError): boolean {
    const { effect, isIdempotent } = this.tools.repeatable;
    if (effect === "write" && !isIdempotent && problem.wasSent !== false) return false;
    return this.policy.when.some((reason) => holds(reason, problem.code, problem.upstreamStatus));
  }

  private backoffMs(): number {
    const { baseMs, maxMs } = this.policy.backoff;
    return Math.random() * Math.min(maxMs, baseMs * 2 ** (this.attempts - 1));
  }
}

function holds(reason: RetryReason, code: string, status: number | undefined): boolean {
  switch (reason) {
    case "connect":
      return code === "SOURCE_UNREACHABLE";
    case "reset":
      return code === "SOURCE_CONNECTION_LOST";
    case "timeout":
      return code === "SOURCE_TIMED_OUT";
    case "5xx":
      return status !== undefined && status >= 500;
    default:
      return status === reason;
  }
}
