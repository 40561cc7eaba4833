import { entry } from "../entry.js";

/** Problems of a call to a database, an API or any other source. No name, host, query or upstream body appears in them. */
export const sourceProblems = {
  SOURCE_UNREACHABLE: entry("A source refused the connection, or none could be made.", () => ({
    message: "A source that is needed cannot be reached.",
  })),
  SOURCE_ADDRESS_REFUSED: entry(
    "A source's name leads to a private address, and `private_addresses` is `refuse`.",
    () => ({
      message: "A source that is needed cannot be reached.",
      hint: "If the source is meant to be in a private network, say `private_addresses: allow`.",
    }),
  ),
  SOURCE_TOKEN_REFUSED: entry<{ reason?: string }>(
    "The token endpoint of a source refused its credentials, or gave no token.",
    () => ({
      message: "A source that is needed cannot be used at the moment.",
      hint: "Look at `client_id`, `client_secret`, `scopes` and `audience` of the source's `auth`; the log has the reason.",
    }),
  ),
  TOO_MANY_PAGES: entry<{ limit: number }>(
    "A source has more pages than `max_pages` of its `paging` allows.",
    (p) => ({
      message: `A source's answer has more than ${p.limit} pages.`,
    }),
  ),
  PAGE_INVALID: entry<{ reason: string }>(
    "What a step with `paging` gives is no list, or its rows lack a column that the list is sorted by.",
    (p) => ({
      message: "The page cannot be made of what was read.",
      hint: `It is the configuration: ${p.reason}.`,
    }),
  ),
  SOURCE_CONNECTION_LOST: entry("The connection to a source broke before its answer was complete.", () => ({
    message: "A source that is needed broke off its answer.",
  })),
  SOURCE_TIMED_OUT: entry<{ afterMs: number }>("A source did not answer in time.", (p) => ({
    message: `A source that is needed gave no answer within ${p.afterMs} ms.`,
  })),
  SOURCE_CANCELLED: entry("A call was given up because nobody needs its answer any more.", () => ({
    message: "The call was cancelled.",
  })),
  SOURCE_FAILED: entry<{ status?: number }>("A source answered with a failure.", () => ({
    message: "A source that is needed answered with a failure.",
  })),
  SOURCE_UNAVAILABLE: entry(
    "A source says that it is overloaded or resting; `Retry-After` is passed on.",
    () => ({
      message: "A source that is needed is not available at the moment.",
    }),
  ),
  SOURCE_BUSY: entry(
    "Every connection of a source is in use, or `max_concurrency` is reached, and the queue is full.",
    () => ({
      message: "A source that is needed is busy.",
    }),
  ),
  SOURCE_RESTING: entry(
    "The circuit breaker of a source is open: it failed too often and is not called for a while.",
    () => ({
      message: "A source that is needed is resting after failures.",
    }),
  ),
  SOURCE_REPLY_INVALID: entry<{ reason: string }>(
    "A source's answer cannot be read as what it should be.",
    () => ({
      message: "A source that is needed gave an answer that cannot be read.",
    }),
  ),
  SOURCE_REPLY_TOO_LARGE: entry<{ limit: string }>(
    "A source's answer is larger than `max_response`.",
    (p) => ({
      message: `A source's answer is larger than ${p.limit}.`,
    }),
  ),
  MOCK_MISSING: entry("The service runs with mocks, and an operation has none.", () => ({
    message: "The service runs with mocks, and a source that is needed has none for this call.",
    hint: "Give the operation a `mock`, or a `schema` to make one from.",
  })),
  SOURCE_FAULT: entry("A source type broke its contract by failing in a way of its own.", () => ({
    message: "A source failed in an unexpected way.",
  })),
  QUERY_FAILED: entry<{ reason?: string }>("The database refused a query.", () => ({
    message: "A query failed.",
  })),
  QUERY_READ_ONLY: entry("A query that counts as a read tried to write.", () => ({
    message: "A query that was taken for a read tried to write.",
    hint: "If it is meant to write, say `effect: write` on its operation.",
  })),
  TOO_MANY_ROWS: entry<{ limit: number }>(
    "A query gave more rows than `max_rows`, or a second one for `returns: one`.",
    (p) => ({
      message: `A query gave more than ${p.limit} ${p.limit === 1 ? "row" : "rows"}.`,
    }),
  ),
  CONSTRAINT_VIOLATED: entry("A write would break a constraint of the database.", () => ({
    message: "The change conflicts with what is stored.",
  })),
  TRANSACTION_CONFLICT: entry(
    "A change met another one at the same time: a deadlock, or a serialisation failure. Nothing was changed.",
    () => ({
      message: "The change met another one at the same time.",
      hint: "Send the request again.",
    }),
  ),
  COMMIT_OUTCOME_UNKNOWN: entry(
    "The answer to a COMMIT was lost, so the changes may have been made or not.",
    () => ({
      message: "It is not known whether the changes were made.",
    }),
  ),
  PARAMETER_NULL: entry<{ name: string }>("A required parameter, path value or key is null.", (p) => ({
    message: `The value for "${p.name}" is missing.`,
  })),
  PARAMETER_INVALID: entry<{ name: string; reason: string }>(
    "A parameter has a value that its place cannot take.",
    (p) => ({
      message: `The value for "${p.name}" cannot be used: ${p.reason}.`,
    }),
  ),
  TOO_MANY_ITEMS: entry<{ limit: number; found: number }>(
    "A `for_each` list is longer than `max_items`.",
    (p) => ({
      message: `A list has ${p.found} items, more than the ${p.limit} that are allowed.`,
    }),
  ),
  LIST_EXPECTED: entry("The value of a `for_each` is not a list.", () => ({
    message: "A list was expected, but the value is none.",
  })),
};
