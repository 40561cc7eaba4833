import { either, list, object, withDefault } from "../schema/composites.js";
import { enumeration, integer, pattern } from "../schema/scalars.js";

const limit = object({
  default: withDefault(
    integer({ min: 1, max: 9_999 }),
    50,
    "Items of a page, where the caller does not say.",
  ),
  max: withDefault(integer({ min: 1, max: 9_999 }), 1_000, "The most that a caller may ask for."),
});

const by = either<"offset", readonly string[]>(
  (tree) => tree.kind === "scalar",
  enumeration(["offset"]),
  list(pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a column")),
);

/** `paging` of an endpoint. */
export const paging = object({
  limit: withDefault(limit, limit.empty(), "How large pages are.", "50, at most 1,000"),
  by: withDefault(
    by,
    "offset" as const,
    "`offset`, or the columns by which the list is sorted, the last of them unique.",
  ),
});
