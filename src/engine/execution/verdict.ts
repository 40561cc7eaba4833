import type { PlannedGuard } from "../../plan/plan.js";
import { OrchestratorError, failure } from "../../problems/orchestrator-error.js";
import type { ExecutionScope } from "./execution-scope.js";

/** Why a request is to end: a guard held, or a step failed. It may have to wait for guards that come first. */
export interface Verdict {
  readonly error: OrchestratorError;
  readonly guard: number | undefined;
}

/** Of two verdicts the one that counts: of guards the one listed first, and any guard before a failure. */
export function firstOf(known: Verdict | undefined, found: Verdict): Verdict {
  if (known?.guard === undefined) return found.guard === undefined ? (known ?? found) : found;
  return found.guard !== undefined && found.guard < known.guard ? found : known;
}

/**
 * The guards that must be decided before a verdict is given, so that the answer never depends on who was faster:
 * for a guard that held, the earlier ones; for a failure, all that can be decided without what failed.
 */
export function awaitedGuards(
  verdict: Verdict,
  guards: readonly PlannedGuard[],
  isDecided: readonly boolean[],
  failedSteps: ReadonlySet<number>,
): readonly PlannedGuard[] {
  return guards.filter(({ index, leadsTo }) => {
    if (isDecided[index] === true || (verdict.guard !== undefined && index > verdict.guard)) return false;
    return ![...failedSteps].some((step) => leadsTo.has(step));
  });
}

export function guardHolds(guard: PlannedGuard, scope: ExecutionScope, answeredNull: boolean): boolean {
  return guard.when === undefined ? answeredNull : Boolean(guard.when(scope));
}

/** The answer that a guard gives. */
export function guardError({ guard, detail }: PlannedGuard, scope: ExecutionScope): OrchestratorError {
  const text = detail?.(scope);
  const { status, code } = guard;
  const words = typeof text === "string" ? text : undefined;
  const { problem } =
    code === "NOT_FOUND"
      ? failure("NOT_FOUND", {})
      : failure("REJECTED", words === undefined ? {} : { detail: words });
  return new OrchestratorError({
    ...problem,
    code,
    status,
    ...(words === undefined ? {} : { message: words }),
  });
}
