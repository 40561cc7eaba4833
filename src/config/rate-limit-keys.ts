import { limitedBy, rateLimit } from "../contracts/rate-limit.js";
import { either } from "../schema/composites.js";
import { expression } from "../schema/formula.js";
import type { Infer } from "../schema/schema.js";
import type { Site } from "../schema/sites.js";
import type { Tree } from "../schema/tree.js";

/** Whatever looks like an expression is one; any other text is one of the known words, or a mistake. */
const isExpression = (tree: Tree) =>
  tree.kind === "scalar" && typeof tree.value === "string" && /^\s*(\$|\{\{)/.test(tree.value);

/** `rate_limit` with expressions of a site. */
export function rateLimitAt(site: Site) {
  return rateLimit(either(isExpression, expression(site), limitedBy));
}

export type RateLimitFile = Infer<ReturnType<typeof rateLimitAt>>;
