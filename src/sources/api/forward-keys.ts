import { headerNamePattern, isOwnHeader } from "../../connections/http/header-rules.js";
import { list, object, optional, withDefault, type ObjectOf } from "../../schema/composites.js";
import { pattern, text } from "../../schema/scalars.js";
import { mapped, type Schema } from "../../schema/schema.js";

/** Headers that say what a message is or how it may be packed, which differs between the two connections. */
const bodyHeaders = ["accept-encoding", "content-encoding", "content-type", "content-range", "range", "host"];

function forwardedHeader(): Schema<string> {
  return mapped(pattern(headerNamePattern, "the name of a header"), (written, tree, { report }) => {
    const name = written.toLowerCase();
    const isOfMessage = isOwnHeader(name) || bodyHeaders.includes(name);
    if (!isOfMessage && !name.startsWith("x-orchestrator-")) return name;
    const reason = `The header "${written}" belongs to one connection or one body and is not passed on.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
  });
}

const keys = {
  headers: withDefault(list(forwardedHeader()), [], "Headers of the caller that are sent too.", "none"),
  query: withDefault(
    list(text("the name of a query parameter")),
    [],
    "Query parameters of the caller that are sent too.",
    "none",
  ),
  response_headers: withDefault(
    list(forwardedHeader()),
    [],
    "Headers of the answer that the caller gets too.",
    "none",
  ),
  deadline: optional(forwardedHeader(), "The header that tells how many milliseconds are left."),
};

/** What passes from the caller to an API and back, by name. */
export const forward = object(keys);
export type Forward = ObjectOf<typeof keys>;
