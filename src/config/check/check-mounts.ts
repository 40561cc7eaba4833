import type { AuthConfig, ConfiguredMount, ConfiguredSource, Limit } from "../model.js";
import { checkAccess } from "./check-access.js";
import type { ProjectContext } from "./check-context.js";
import { checkLimits } from "./check-limits.js";
import { mountPaths } from "./mount-paths.js";

/** What sources serve by themselves, and who may ask. */
export function checkMounts(
  sources: readonly ConfiguredSource[],
  auth: AuthConfig,
  limit: Limit | undefined,
  context: ProjectContext,
): readonly ConfiguredMount[] {
  return [...mountPaths(sources)].map(([path, source]) => {
    const exposure = source.type.mounts!(source.settings)!;
    const access = checkAccess(exposure, auth, context);
    const limits = checkLimits(exposure.rate_limit, source.id, access, limit, context);
    return { path, source, access, limits };
  });
}
