import type { CombineValues, Cancellable, MemberValue, Receiver } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext, RunCall } from "./run-call.js";

/** One of the operations that an ensemble asks, bound to its source. */
export interface BoundMember {
  readonly name: string;
  readonly weight: number;
  readonly isRequired: boolean;
  readonly call: RunCall;
}

/** Asks all members at a time, and makes one value of their answers. */
export function ensembleCall(members: readonly BoundMember[], combine: CombineValues): RunCall {
  return (parameters, context, receiver) => new EnsembleRun(members, combine, parameters, context, receiver);
}

class EnsembleRun implements Cancellable {
  private readonly members: readonly BoundMember[];
  private readonly combine: CombineValues;
  private readonly receiver: Receiver;
  private readonly running: (Cancellable | undefined)[];
  private readonly values: (MemberValue | undefined)[];
  private firstError: OrchestratorError | undefined;
  private left: number;

  constructor(
    members: readonly BoundMember[],
    combine: CombineValues,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
  ) {
    this.members = members;
    this.combine = combine;
    this.receiver = receiver;
    this.left = members.length;
    this.values = members.map(() => undefined);
    this.running = members.map(({ call }, index) =>
      call(parameters, context, {
        succeed: ({ value }) => {
          const { name, weight } = members[index]!;
          this.values[index] = { name, weight, value };
          this.ended(index);
        },
        fail: (error) => this.failed(index, error),
      }),
    );
  }

  cancel(): void {
    for (const call of this.running) call?.cancel();
  }

  private failed(index: number, error: OrchestratorError): void {
    if (this.members[index]!.isRequired) {
      this.running[index] = undefined;
      this.cancel();
      return this.receiver.fail(error);
    }
    this.firstError ??= error;
    this.ended(index);
  }

  private ended(index: number): void {
    this.running[index] = undefined;
    this.left -= 1;
    if (this.left > 0) return;
    const answered = this.values.filter((value) => value !== undefined);
    if (answered.length === 0) return this.receiver.fail(this.firstError!);
    let value;
    try {
      value = this.combine(answered);
    } catch (error) {
      return this.receiver.fail(asOrchestratorError(error));
    }
    this.receiver.succeed({ value });
  }
}
