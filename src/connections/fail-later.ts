import type { Cancellable, Receiver } from "../contracts/source.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";

/** Tells a receiver of a failure that is known at once, when `start` has returned. */
export function failLater(receiver: Pick<Receiver, "fail">, error: OrchestratorError): Cancellable {
  let isCancelled = false;
  queueMicrotask(() => {
    if (!isCancelled) receiver.fail(error);
  });
  return {
    cancel() {
      isCancelled = true;
    },
  };
}
