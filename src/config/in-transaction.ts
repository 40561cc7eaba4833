import type { EndpointTransaction, Step } from "./model.js";

/** Whether a step runs on the connection of the transaction. */
export function isInTransaction(step: Step, transaction: EndpointTransaction | undefined): boolean {
  return step.kind === "call" && step.phase === "main" && step.source.id === transaction?.source.id;
}
