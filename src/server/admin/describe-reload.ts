import type { JsonObject } from "../../expression/value.js";
import type { Problem } from "../../problems/problem.js";
import type { ReloadResult } from "../generations/reloader.js";

/** What came of a reload, as JSON for people and programs. */
export function describeReload(result: ReloadResult): JsonObject {
  const { status, generation, at, problems, needsRestart, sources } = result;
  return {
    status,
    generation,
    at: at.toISOString(),
    problems: problems.map(describeProblem),
    needs_restart: [...needsRestart],
    sources: { kept: [...sources.kept], opened: [...sources.opened], closed: [...sources.closed] },
  };
}

function describeProblem({ code, severity, message, hint, location }: Problem): JsonObject {
  return {
    code,
    severity,
    message,
    ...(hint !== undefined && { hint }),
    ...(location !== undefined && { location: { ...location } }),
  };
}
