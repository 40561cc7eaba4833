import type { Access } from "../../contracts/access.js";
import type { ConfigFile } from "../config-file.js";
import type { RateLimitFile } from "../rate-limit-keys.js";
import type { AuthConfig, Limit } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { checkReferences } from "./references.js";

/** The name of the limit of config.yaml, which counts the requests to everything together. */
const globalId = "all";

/** `rate_limit` of config.yaml. */
export function checkGlobalLimit(
  { rate_limit: written, constants }: ConfigFile,
  { methods }: AuthConfig,
  context: ProjectContext,
): Limit | undefined {
  if (written === undefined) return undefined;
  const { by, location } = written;
  const hasAuth = methods.length > 0;
  if (typeof by === "object")
    checkReferences(by, "limit_of_all", { ...noNames, constants, hasAuth }, context);
  const isCountable = by === "api_key" ? methods.includes("api_key") : by !== "subject" || hasAuth;
  if (!isCountable) context.report.add("LIMIT_WITHOUT_AUTH", { by: by as string }, location);
  return limitOf(globalId, written);
}

/** No request and no step: each endpoint has others. */
const noNames = {
  steps: new Map(),
  areStepsIncomplete: false,
  request: {
    schemas: {
      pathParams: new Map(),
      queryParams: new Map(),
      headers: new Map(),
      body: undefined,
      isBodyRequired: false,
    },
    isIncomplete: false,
  },
  hasPages: false,
};

/** The limits of something that is served, in the order in which they count: that of all first, then its own. */
export function checkLimits(
  written: RateLimitFile | false | undefined,
  id: string,
  access: Access | undefined,
  global: Limit | undefined,
  { report }: ProjectContext,
): readonly Limit[] {
  if (written === false) return [];
  const inherited = global === undefined ? [] : [global];
  if (written === undefined) return inherited;
  const { by, location } = written;
  const isCountable =
    by === "api_key"
      ? access?.methods.includes("api_key") === true
      : by !== "subject" || access !== undefined;
  if (!isCountable) report.add("LIMIT_WITHOUT_AUTH", { by: by as string }, location);
  return [...inherited, limitOf(id, written)];
}

function limitOf(id: string, { limit, perMs, by }: RateLimitFile): Limit {
  return { id, limit, perMs, by };
}
