import { object, required, withDefault } from "../schema/composites.js";
import { duration, enumeration, integer, located } from "../schema/scalars.js";
import { mapped, type Schema } from "../schema/schema.js";

/** Whose requests are counted together: those of an address, of an API key, or of whoever calls. */
export type LimitedBy = "client" | "api_key" | "subject";

/** So many requests in so much time. */
export interface RateLimit<By = LimitedBy> {
  readonly limit: number;
  readonly perMs: number;
  readonly by: By;
}

export const limitedBy: Schema<LimitedBy> = enumeration(["client", "api_key", "subject"]);

/** `rate_limit`, wherever it stands. */
export function rateLimit<By>(by: Schema<By>) {
  return mapped(
    object({
      limit: required(integer({ min: 1 }), "How many requests are answered in that time; beyond them 429."),
      per: required(duration(), "The time; it begins with the first request."),
      by: withDefault(
        located<By | LimitedBy>(by),
        undefined,
        "Whose requests count together: `client` (an address), `api_key`, `subject` (whoever calls), or an expression.",
        "`client`",
      ),
    }),
    ({ limit, per, by: written }, tree, { report }) => {
      if (per > 0)
        return {
          limit,
          perMs: per,
          by: written?.value ?? ("client" as const),
          location: (written ?? tree).location,
        };
      const reason = "A time of nothing has no requests in it.";
      return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
    },
  );
}
