import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { PlannedStep } from "../../plan/plan.js";
import type { ExecutionScope } from "./execution-scope.js";
import type { EngineContext, RunCall } from "../calls/run-call.js";

/** Who started a run, and is told how it ends: possibly before `start` returns. */
export interface RunOwner {
  /** A write is about to begin, from which there is no way back but that of its transaction. */
  writeStarts(isInTransaction: boolean): void;
  runSucceeded(number: number, value: JsonValue, reply: SourceReply | undefined): void;
  runFailed(number: number, error: OrchestratorError): void;
}

/** One run of a step, or of one of its items: the parameters, the call, the transform. */
export class SingleRun implements Receiver, Cancellable {
  private readonly planned: PlannedStep;
  private readonly call: RunCall | undefined;
  private readonly scope: ExecutionScope;
  private readonly owner: RunOwner;
  private readonly number: number;
  private current: Cancellable | undefined;

  constructor(
    planned: PlannedStep,
    call: RunCall | undefined,
    scope: ExecutionScope,
    owner: RunOwner,
    number: number,
  ) {
    this.planned = planned;
    this.call = call;
    this.scope = scope;
    this.owner = owner;
    this.number = number;
  }

  start(context: EngineContext): void {
    try {
      if (this.call === undefined) return this.finish(this.planned.value!(this.scope), undefined);
      const parameters = this.parameters();
      const { step, transaction } = this.planned;
      if (step.effect === "write") this.owner.writeStarts(transaction !== undefined);
      this.current = this.call(parameters, context, this);
    } catch (error) {
      this.fail(asOrchestratorError(error));
    }
  }

  succeed(reply: SourceReply): void {
    this.finish(reply.value, reply);
  }

  fail(error: OrchestratorError): void {
    this.owner.runFailed(this.number, this.explained(error));
  }

  cancel(): void {
    this.current?.cancel();
  }

  private parameters(): JsonObject {
    const { evaluate, required } = this.planned.parameters!;
    const parameters = evaluate(this.scope) as JsonObject;
    for (const name of required) {
      if (parameters[name] == null) throw failure("PARAMETER_NULL", { name });
    }
    return parameters;
  }

  private finish(value: JsonValue, reply: SourceReply | undefined): void {
    const { transform } = this.planned;
    let result = value;
    if (transform !== undefined) {
      try {
        result = transform({ ...this.scope, value });
      } catch (error) {
        return this.fail(asOrchestratorError(error));
      }
    }
    this.owner.runSucceeded(this.number, result, reply);
  }

  /** The error with the step it came from, and with what it means here. */
  private explained(error: OrchestratorError): OrchestratorError {
    const { step, name, parameters, transaction } = this.planned;
    const { problem } = error;
    const staysWritten = step.effect === "write" && transaction === undefined;
    const isUnknownWrite = staysWritten && problem.code === "SOURCE_TIMED_OUT" && problem.wasSent !== false;
    const known = isUnknownWrite ? failure("WRITE_OUTCOME_UNKNOWN", {}).problem : problem;
    const isParameter = known.code.startsWith("PARAMETER_") || known.code === "FEATURE_INVALID";
    const callersOwn = isParameter && isCallersOwn(String(known.facts["name"]), parameters?.callersOwn);
    const source = step.kind === "call" ? step.source.id : undefined;
    return new OrchestratorError(
      { ...known, step: name, source, ...(callersOwn ? { callersOwn } : {}) },
      error.cause ?? (isUnknownWrite ? error : undefined),
    );
  }
}

/** A fault in a part of a parameter, such as `entity.customer_id`, is the caller's where the part or the whole is. */
function isCallersOwn(name: string, callersOwn: ReadonlySet<string> | undefined): boolean {
  if (callersOwn === undefined) return false;
  return callersOwn.has(name) || callersOwn.has(name.replace(/[.[].*$/s, ""));
}
