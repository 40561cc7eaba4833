import { problem, type Problem } from "../../../problems/problem.js";
import type { SelectionFault } from "./selection.js";

/** What is wrong with a selection, for people who write steps. */
export function selectionProblem(fault: SelectionFault): Problem {
  switch (fault.kind) {
    case "nothing":
      return problem("FEATURES_UNSPECIFIED", { found: "none" });
    case "reference-invalid":
      return problem("FEATURE_REFERENCE_INVALID", fault);
    case "view-unknown":
      return problem("FEATURE_VIEW_UNKNOWN", fault);
    case "feature-unknown":
      return problem("FEATURE_UNKNOWN", fault);
    case "service-unknown":
      return problem("FEATURE_SERVICE_UNKNOWN", fault);
    case "versions-off":
    case "version-unknown":
      return problem("FEATURE_VERSION_UNKNOWN", fault);
    case "collision":
      return problem("FEATURE_NAMES_COLLIDE", fault);
    case "disabled":
      return problem("FEATURE_VIEW_DISABLED", fault);
    case "not-available":
      return problem("FEATURE_VIEW_NOT_AVAILABLE", fault);
    case "needs-server":
      return problem("FEATURE_NEEDS_SERVER", fault);
  }
}
