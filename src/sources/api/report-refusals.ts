import type { Location } from "../../problems/location.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Report } from "../../problems/report.js";

/** Runs at load what would run for each request, and reports what it refuses. */
export function reportRefusals<T>(report: Report, location: Location, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return report.add("CONFIG_VALUE_INVALID", { reason: error.message }, location);
  }
}
