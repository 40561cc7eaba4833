import type { JsonValue } from "../../expression/value.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Problem } from "../../problems/problem.js";
import type { ExecutionResult, Leaving, SettleExecution } from "../execution/execution-input.js";

type KeptOutcome =
  | { readonly problem: Problem }
  | {
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly text: string;
      readonly isComplete: boolean;
    }
  | "unknown";

/** How a run ended, as it is kept. */
export function outcomeText(
  error: OrchestratorError | undefined,
  result: ExecutionResult | undefined,
  left: Leaving,
): string {
  return JSON.stringify(outcomeOf(error, result, left));
}

function outcomeOf(
  error: OrchestratorError | undefined,
  result: ExecutionResult | undefined,
  left: Leaving,
): KeptOutcome {
  if (left === "unknown" || result === undefined) {
    return left === "unknown" || error === undefined ? "unknown" : { problem: error.problem };
  }
  const { status, headers, body, text = JSON.stringify(body), isComplete } = result;
  return { status, headers, text, isComplete };
}

/** Tells once more how a run ended. */
export function replay(text: string, tell: SettleExecution): void {
  const kept = JSON.parse(text) as KeptOutcome;
  if (kept === "unknown") return tell(failure("IDEMPOTENCY_OUTCOME_UNKNOWN", {}), undefined, "nothing");
  if ("problem" in kept) {
    return tell(new OrchestratorError({ ...kept.problem, isReplayed: true }), undefined, "nothing");
  }
  const headers = [...kept.headers, ["Idempotency-Replayed", "true"] as const];
  tell(undefined, { ...kept, headers, isStale: false, body: JSON.parse(kept.text) as JsonValue }, "nothing");
}
