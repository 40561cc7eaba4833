import { tagged } from "../../connections/http/tagged.js";
import { object, required, withDefault } from "../../schema/composites.js";
import { formula, type Formula } from "../../schema/formula.js";
import { enumeration, integer, text } from "../../schema/scalars.js";
import { mapped, type Schema } from "../../schema/schema.js";

/** How the next page of an answer is found. */
export type PagingRule =
  | { readonly by: "link"; readonly maxPages: number }
  | { readonly by: "cursor"; readonly next: Formula; readonly param: string; readonly maxPages: number }
  | { readonly by: "page"; readonly param: string; readonly start: number; readonly maxPages: number };

const maxPages = withDefault(integer({ min: 1, max: 10_000 }), 10, "More pages than that fail.");
const by = <const T extends string>(name: T) => required(enumeration([name]), "How the next page is found.");

const link = mapped(object({ by: by("link"), max_pages: maxPages }), (written): PagingRule => ({
  by: "link",
  maxPages: written.max_pages,
}));

const cursor = mapped(
  object({
    by: by("cursor"),
    next: required(formula("operation_answer"), "What leads to the next page; null where there is none."),
    param: required(text(), "The query parameter, or the variable of a GraphQL document, that carries it."),
    max_pages: maxPages,
  }),
  (written): PagingRule => ({
    by: "cursor",
    next: written.next,
    param: written.param,
    maxPages: written.max_pages,
  }),
);

const page = mapped(
  object({
    by: by("page"),
    param: required(text(), "The query parameter that carries the number."),
    start: withDefault(integer({ min: 0 }), 1, "The number of the first page."),
    max_pages: maxPages,
  }),
  (written): PagingRule => ({
    by: "page",
    param: written.param,
    start: written.start,
    maxPages: written.max_pages,
  }),
);

export function paging(): Schema<PagingRule> {
  return tagged<PagingRule>("by", { link, cursor, page });
}
