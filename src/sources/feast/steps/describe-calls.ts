import type { CallDescription } from "../../../contracts/source.js";
import { Report } from "../../../problems/report.js";
import type { KnownRegistry } from "../registry/known-registry.js";
import { checkOwnNames } from "../repository/own-names.js";
import type { FeastSettings } from "../settings.js";
import { checkFeatures } from "./check-features.js";
import type { FeastCall } from "./feast-call.js";

/**
 * Checks steps against a registry that nobody could look at while loading. What the source itself has wrong stands
 * with the first of them.
 */
export function describeCalls(
  calls: readonly FeastCall[],
  settings: FeastSettings,
  known: KnownRegistry,
): readonly CallDescription[] {
  return calls.map((call, index) => {
    const report = new Report();
    if (index === 0) checkOwnNames(settings, known, report, () => undefined);
    const shape = checkFeatures(call, known, report);
    return { problems: report.sorted(), shape };
  });
}
