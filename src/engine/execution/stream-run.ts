import type { CallStep } from "../../config/model.js";
import type { Cancel } from "../../contracts/host.js";
import type { Cancellable, Receiver, SourceReply, StreamReceiver, Upload } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { BoundPlan } from "../binding/bound-plan.js";
import type { ExecutionInput } from "./execution-input.js";
import { executionScope, surroundingsOf } from "./execution-scope.js";
import { JoinTable } from "../calls/join.js";
import { BatchTable } from "../calls/batch.js";
import type { EngineContext, RunCall } from "../calls/run-call.js";

/**
 * One run of an endpoint whose bodies pass as they come. Its time limits hold until the answer begins. The receiver is
 * told once, later than `start` returns, and not at all after `cancel`, which ends the bodies at any time.
 */
export class StreamRun implements Receiver, Cancellable {
  private readonly bound: BoundPlan;
  private readonly call: RunCall;
  private readonly input: ExecutionInput;
  private receiver: StreamReceiver | undefined;
  private current: Cancellable | undefined;
  private stopTimer: Cancel | undefined;

  constructor(bound: BoundPlan, call: RunCall, input: ExecutionInput, receiver: StreamReceiver) {
    this.bound = bound;
    this.call = call;
    this.input = input;
    this.receiver = receiver;
  }

  start(upload: Upload | undefined): this {
    const { host, environment, plan } = this.bound;
    const { clock } = host;
    const step = plan.steps[0]!.step as CallStep;
    const limits = [plan.endpoint.timeoutMs, step.timeoutMs, step.policy.attemptTimeoutMs];
    const limitMs = Math.min(...limits.filter((each) => each !== undefined));
    const surroundings = surroundingsOf(environment, this.input, clock.nowMs());
    const deadlineMs = clock.monotonicMs() + limitMs;
    this.stopTimer = clock.after(limitMs, () => this.giveUp(limitMs));
    try {
      const parameters = this.parameters(executionScope(this.bound, this.input, surroundings));
      const context: EngineContext = {
        deadlineMs,
        lateMs: deadlineMs,
        surroundings,
        caller: this.input.caller,
        trace: this.input.trace?.headers,
        upload,
        joins: new JoinTable(),
        batches: new BatchTable(),
        onAttempt: undefined,
        transaction: undefined,
      };
      this.current = this.call(parameters, context, this);
    } catch (error) {
      queueMicrotask(() => this.fail(asOrchestratorError(error)));
    }
    return this;
  }

  cancel(): void {
    this.receiver = undefined;
    this.stopTimer?.();
    this.current?.cancel();
  }

  succeed({ streamed }: SourceReply): void {
    this.current = streamed;
    this.taken()?.opened(streamed!);
  }

  fail(error: OrchestratorError): void {
    this.taken()?.fail(this.explained(error));
  }

  private giveUp(limitMs: number): void {
    this.current?.cancel();
    this.fail(failure("SOURCE_TIMED_OUT", { afterMs: limitMs }));
  }

  private taken(): StreamReceiver | undefined {
    const { receiver } = this;
    this.receiver = undefined;
    this.stopTimer?.();
    return receiver;
  }

  private parameters(scope: ReturnType<typeof executionScope>): JsonObject {
    const { evaluate, required } = this.bound.plan.steps[0]!.parameters!;
    const parameters = evaluate(scope) as JsonObject;
    for (const name of required) {
      if (parameters[name] == null) throw failure("PARAMETER_NULL", { name });
    }
    return parameters;
  }

  /** With the step it came from, and with what it means here. */
  private explained(error: OrchestratorError): OrchestratorError {
    const { name, parameters } = this.bound.plan.steps[0]!;
    const { problem } = error;
    const isOwn =
      problem.code.startsWith("PARAMETER_") && parameters?.callersOwn.has(String(problem.facts["name"]));
    return new OrchestratorError(
      { ...problem, step: name, ...(isOwn === true ? { callersOwn: true } : {}) },
      error.cause,
    );
  }
}
