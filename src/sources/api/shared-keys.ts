import { accessKeys } from "../../connections/http/access-keys.js";
import { optional, withDefault } from "../../schema/composites.js";
import type { Formula } from "../../schema/formula.js";
import { boolean, duration, enumeration, integer, size } from "../../schema/scalars.js";
import { forward } from "./forward-keys.js";
import { statuses } from "./statuses.js";
import { success } from "./success.js";
import { writtenHeaders } from "./written-headers.js";

export const noFormulas: ReadonlyMap<string, Formula> = new Map();

/** Keys of a source that an operation may repeat, where they win. */
export const sharedKeys = {
  headers: withDefault(
    writtenHeaders(),
    noFormulas,
    "Headers of the request. A null one is left out; an operation's are laid over the source's.",
    "none",
  ),
  query_style: optional(
    enumeration(["repeat", "comma", "brackets"]),
    "How lists stand in the query: `ids=1&ids=2`, `ids=1,2` or `ids[]=1&ids[]=2`.",
    "`repeat`",
  ),
  body_type: optional(
    enumeration(["json", "form", "multipart", "text", "xml", "bytes"]),
    "How the body is written; sets `Content-Type`.",
    "`json`",
  ),
  response_type: optional(
    enumeration(["json", "text", "form", "xml", "bytes"]),
    "What the body of the answer must be, whatever its `Content-Type` says.",
    "`json`",
  ),
  success: optional(success(), "Statuses, ranges, or an expression: when an answer is no failure.", "`2xx`"),
  empty_on: optional(statuses(), "Statuses that give null and are no failure.", "none"),
  max_response: optional(size(), "The largest body of an answer, after decompression.", "10mb"),
  validate: optional(boolean(), "Whether answers are held to `schema`.", "false"),
  redirects: optional(
    integer({ min: 0, max: 20 }),
    "How many redirects a read follows, on the same origin only.",
    "5",
  ),
  idle_timeout: optional(duration(), "Of streams: the longest time in which nothing comes.", "1m"),
  forward: optional(forward, "What passes from the caller to the API and back.", "nothing"),
  ...accessKeys,
};
